"""What assistants say of themselves, by rote, at the end and at the beginning: off unless --packs names it."""

from __future__ import annotations

from typing import Any

AI_IDENTITY: list[dict[str, Any]] = [
    {
        "name": "as an AI",
        "pattern": r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b",
        "role": "assistant",
        "need": r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)(?: (?:language model"
        r"|assistant|model"
        r"|chatbot|system))?,? (?:i|my|it's important)\b",
        "hits": ["As an AI language model, I don't have opinions.", "Well, as an AI I cannot taste it."],
        "misses": ["He works as an AI researcher in Oslo.", "They sold it as an AI, which it was not."],
    },
    {
        "name": "I'm just an AI",
        "pattern": r"\bI(?:'m| am) (?:just |only |merely )?an? (?:ai|(?:large )?language model|virtual assistant)\b",
        "role": "assistant",
        "veto": r"\ban ai (?:researcher|engineer|student|skeptic|sceptic|fan|person|doomer|optimist|nerd)\b",
        "hits": ["I'm just an AI, so take this lightly.", "I am a large language model."],
        "misses": ["I'm an AI researcher.", "You said you are an AI."],
    },
    {
        "name": "knowledge cutoff",
        "pattern": r"\b(?:as of|up to|until) my (?:last|latest|most recent) (?:knowledge |training )?(?:update"
        r"|cut-?off)\b",
        "forms": r"\bmy (?:knowledge|training data) (?:cut-?off|only goes up to|ends in)\b",
        "role": "assistant",
        "hits": ["As of my last knowledge update, it was open.", "My knowledge cutoff is in 2023."],
        "misses": ["As of my last visit, it was open.", "Until my latest haircut I looked like him."],
    },
    {
        "name": "trained by",
        "pattern": r"\bI(?:'m| am| was)(?: \w+){0,6} (?:trained|developed|created|made|built) by (?:openai"
        r"|anthropic|google|meta"
        r"|mistral|deepseek|xai|alibaba)\b",
        "role": "assistant",
        "hits": ["I'm a model trained by OpenAI.", "I was created by Anthropic to be helpful."],
        "misses": ["The model was trained by OpenAI.", "I was trained by my uncle."],
    },
    {
        "name": "no personal feelings",
        "pattern": r"\bI (?:don't|do not|can't|cannot) (?:actually |really |truly )?(?:have|possess|experience"
        r"|hold) (?:any )?"
        r"(?:personal|human|real|genuine) (?:feelings?|emotions?|opinions?|experiences?|beliefs?|preferences?)\b",
        "role": "assistant",
        "hits": ["I don't have personal opinions on that.", "I cannot experience human emotions."],
        "misses": ["I don't have personal experience with sailing.", "I have real feelings about soup."],
        "veto": r"\bpersonal experience (?:with|in|of)\b",
    },
    {
        "name": "cannot browse",
        "pattern": r"\bI (?:can't|cannot|don't have the ability to|am not able to|am unable to) (?:browse"
        r"|access) (?:the )?"
        r"(?:internet|web|real-time|real time|external)\b",
        "role": "assistant",
        "hits": ["I can't browse the internet.", "I cannot access real-time data."],
        "misses": ["I can't browse the shop on Sundays."],
    },
]

_REFUSED = r"(?:help|assist|comply|continue|provide|fulfil+|engage|generate|create|write|discuss|answer|do th(?:at|is))"
REFUSALS: list[dict[str, Any]] = [
    {
        "name": "sorry, but I can't",
        "pattern": r"\b(?:sorry|apologi[sz]e|apologies)[,.]? (?:but )?I(?:'m| am)?(?: )?(?:can't|cannot|won't"
        r"|unable to|not able to"
        r"|must decline)(?: \w+)? " + _REFUSED + r"\b",
        "role": "assistant",
        "position": "start",
        "within": 200,
        "veto": r"\b(?:move|tonight|tomorrow|carry|in the (?:garden|kitchen)|party|weekend|myself)\b",
        "hits": ["I'm sorry, but I can't help with that.", "I apologize, but I cannot assist with this request."],
        "misses": ["Sorry, I can't make it tonight.", "Sorry, I can't help you move this weekend, my back is gone."],
    },
    {
        "name": "I can't help with that",
        "pattern": r"\bI(?:'m| am)?(?: )?(?:can't|cannot|won't|unable to|not able to) (?:help|assist"
        r"|comply)(?: you)? with (?:that|this"
        r"|your request)\b",
        "role": "assistant",
        "position": "start",
        "within": 200,
        "hits": ["I can't help with that.", "I'm not able to assist you with this request."],
        "misses": ["I can't help laughing.", "I can't help with the dishes tonight."],
    },
    {
        "name": "I must decline",
        "pattern": r"\bI (?:must|have to|need to) (?:respectfully |politely )?decline\b",
        "role": "assistant",
        "position": "start",
        "within": 200,
        "veto": r"\b(?:invitation|dinner|party|wedding|second helping)\b",
        "hits": ["I must respectfully decline this request."],
        "misses": ["I must decline the invitation, I am on a boat."],
    },
    {
        "name": "against my guidelines",
        "pattern": r"\b(?:against|violates?|not within|goes against) my (?:\w+ )?(?:guidelines|programming"
        r"|policies|policy)\b",
        "role": "assistant",
        "hits": ["That goes against my guidelines.", "It violates my content policy."],
        "misses": ["It goes against my grain."],
    },
]

SERVICE_CLOSES: list[dict[str, Any]] = [
    {
        "name": "let me know if",
        "pattern": r"\blet me know if (?:you(?:'d| would)? (?:like|need|want|have)|there's anything|I can)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": ["Salt the water first. Let me know if you need anything else!"],
        "misses": [
            "Let me know if the boat floats. I will come down with the rope and the old anchor and we shall see"
            " what the"
            " tide makes of us, since it has been patient all week and so have you, and the harbour master owes"
            " me a favour anyhow"
            " from last spring."
        ],
    },
    {
        "name": "feel free to",
        "pattern": r"\b(?:please )?(?:don't hesitate|feel free) to (?:ask|reach out|contact|let me know|share)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": ["It opens at nine. Feel free to reach out with any other questions."],
        "misses": ["Feel free to take the last pear."],
    },
    {
        "name": "I hope this helps",
        "pattern": r"\b(?:I )?hope (?:this|that|it) (?:helps|was helpful|clarifies)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": ["Turn it left, then pull. I hope this helps!"],
        "misses": ["I hope that works out for your sister."],
    },
    {
        "name": "would you like me to",
        "pattern": r"\bwould you like me to (?:\w+ )",
        "forms": r"\b(?:if you(?:'d like| want),? I can|shall I|do you want me to) (?:also )?(?:write|draft"
        r"|create|make|give|provide"
        r"|explain|show|help|generate|turn|expand|outline)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": [
            "Three cups of flour. Would you like me to suggest a filling?",
            "Done so far. If you want, I can draft it.",
        ],
        "misses": ["If you want, I can wait by the gate."],
    },
    {
        "name": "happy to help",
        "pattern": r"\b(?:I'm|I am|always|more than) (?:always )?(?:happy|glad|here) to (?:help|assist)\b",
        "role": "assistant",
        "position": "end",
        "action": "trim",
        "hits": ["Use the blunt knife. I'm always happy to help!"],
        "misses": ["She was happy to help the fox."],
    },
]

SYCOPHANT_OPENINGS: list[dict[str, Any]] = [
    {
        "name": "great question",
        "pattern": r"\b(?:great|excellent|fantastic|wonderful|good|brilliant|insightful"
        r"|fascinating) (?:question|point|observation)\b",
        "need": r"^[\s*_]*(?:(?:oh|ah|what|that's|that is|this is),? )?(?:(?:an?|such|really|truly|a really"
        r"|a very|such an?) )?"
        r"(?:great|excellent|fantastic|wonderful|good|brilliant|insightful|fascinating) (?:question|point"
        r"|observation)[^\w\s]",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": [
            "Great question! Herons stand on one leg to keep warm.",
            "That's an excellent point. The tide turns at six.",
        ],
        "misses": ["A good question deserves a slow answer.", "The great question of my life is soup."],
    },
    {
        "name": "you're absolutely right",
        "pattern": r"\byou(?:'re| are) (?:absolutely|completely|totally|so|100%) (?:right|correct)\b",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": ["You're absolutely right! The date was wrong, it is the ninth."],
        "misses": ["I am not sure that you're right about the ferry."],
    },
    {
        "name": "certainly",
        "pattern": r"^[\s*_]*(?:certainly|absolutely|of course|sure thing|definitely|sure)!",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": ["Certainly! Here is a name for the boat: Heron.", "Of course! The kettle goes on first."],
        "misses": ["Absolutely.", "Of course the kettle goes on first."],
    },
    {
        "name": "what a great",
        "pattern": r"^[\s*_]*what an? (?:great|wonderful|fantastic|beautiful|thoughtful|fascinating|lovely|powerful)"
        r" (?:question|idea|thought|way|insight|reflection|topic)\b",
        "role": "assistant",
        "position": "start",
        "action": "trim",
        "hits": ["What a thoughtful question! I think it was the rain."],
        "misses": ["What a lovely dog, does she swim?"],
    },
]
