"""What a person may want to edit: model presets, phrase lists, probe questions. Plain data, standard library only.

A preset of your own is one more entry of PRESETS (or a file of them, for `text_lora_train.py --preset-file`):

    "my-model": {
        "base_model": "path/to/model",
        "lora_r": 32,
        "lora_alpha": 32,
        "lora_dropout": 0.1,
        "target_modules": ["q_proj", "v_proj"],
        "learning_rate": 1e-4,
        "batch_size": 2,
        "max_seq_length": 4096,
    }

Fields that an entry leaves out have the values of PRESET_DEFAULTS.
"""

from __future__ import annotations

from typing import Any

# All linear layers of the attention and of the MLP; attention alone learns a voice less well at equal size.
ALL_PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

PRESET_DEFAULTS: dict[str, Any] = {
    "lora_r": 16,
    "lora_alpha": 16,
    "lora_dropout": 0.0,
    "target_modules": ALL_PROJECTIONS,
    "learning_rate": 2e-4,
    "batch_size": 4,
    "gradient_accumulation_steps": 4,
    "epochs": 3,
    "max_seq_length": 2048,  # tokens; longer rows become windows of whole turns
    "warmup_share": 0.05,  # of all steps, then a cosine down to zero
    "weight_decay": 0.0,
    "max_grad_norm": 1.0,
    # Used only if the base model's tokenizer has no chat template: llama-3, mistral or chatml.
    "chat_template": "chatml",
}

PRESETS: dict[str, dict[str, Any]] = {
    "llama-3-8b": {
        "base_model": "meta-llama/Meta-Llama-3-8B-Instruct",
        "lora_r": 16,
        "lora_alpha": 16,
        "learning_rate": 2e-4,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "max_seq_length": 2048,
        "chat_template": "llama-3",
    },
    "mistral-7b": {
        "base_model": "mistralai/Mistral-7B-Instruct-v0.3",
        "lora_r": 16,
        "lora_alpha": 16,
        "learning_rate": 2e-4,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "max_seq_length": 2048,
        "chat_template": "mistral",
    },
    "qwen-2.5-7b": {
        "base_model": "Qwen/Qwen2.5-7B-Instruct",
        "lora_r": 16,
        "lora_alpha": 16,
        "learning_rate": 2e-4,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "max_seq_length": 2048,
        "chat_template": "chatml",
    },
    # Built on the spot from a fixed seed: random weights, no download, trains on a laptop in seconds. It cannot
    # speak; it is for trying the commands and for tests.
    "tiny": {
        "base_model": "tiny",
        "lora_r": 16,
        "lora_alpha": 32,
        "learning_rate": 5e-3,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "gradient_accumulation_steps": 1,
        "epochs": 1,
        "max_seq_length": 512,
        "chat_template": "llama-3",
    },
}

# --- phrases that the filter takes ------------------------------------------------------------------------------
#
# A phrase is searched without regard to case, in a message's own words only: not in code, block quotes, links or
# quoted speech. In every pattern below a blank stands for any white space (with Markdown emphasis around it), an
# apostrophe for all apostrophes, a hyphen between letters for all hyphens. Patterns are RE2: no lookaround.
#
#   pattern      the phrase, as the statistics show it
#   forms        more word forms, counted under the same pattern
#   need         taken only if this is found near it (jargon has company)
#   veto         passed if this is found near it (the words are meant literally)
#   sure         taken, whatever veto says
#   mention      False: "the phrase" before it says nothing (default True)
#   window       what "near" means: characters on either side (default 100)
#   earned_by    passed if the other side said this shortly before (the last four messages)
#   earned_here  passed if this is found in the message itself
#   harmless     stretches that earned_by and earned_here overlook ("my phone died")

# A phrase that is talked about is not used: "I hate the word synergy". Stands directly before the phrase.
PHRASE_MENTIONED = (
    r"\b(?:word|phrase|term|expression|idiom|saying|buzzword|clich[eé]|verb)s?(?: like| such as| of)?[\s*_:,–—-]*$"
)

_FINANCE = (
    r"ratios?|margins?|debts?|buy-?outs?|etfs?|brokers?|brokerage|loans?|mortgages?|trad(?:e|es|ing|ers?)|forex|futures"
    r"|short positions?|[0-9]+(?:x|:1)|hedge funds?|balance sheets?|borrow\w*|lend(?:ers?|ing)|collateral"
    r"|interest rates?"
    r"|crypto\w*|bitcoin|liquidat\w+|home equity|basis points|bonds?|treasur(?:y|ies)|volatility"
)
_MECHANICS = (
    r"fulcrums?|torque|levers?|crowbars?|pry(?:ing)?|pried|wrench(?:es)?|mechanical advantage|bolts?|planks?"
    r"|boulders?|hinges?"
    r"|longer handle|oars?|wrestl\w+|judo|jiu[- ]?jitsu|grappl\w+|climb\w*|footholds?|holds|elbows?|hips?|screwdrivers?"
)
_PRESSURE = r"leverage (?:over|against) |blackmail\w*|hostages?|ransom|bargaining chips?"

CORPORATE_PHRASES: list[dict[str, Any]] = [
    {"name": "not nothing", "pattern": r"\bnot nothing\b"},
    {
        "name": "hold space",
        "pattern": r"\bhold(?:ing)? space\b",
        "forms": r"\b(?:holds|held) space\b",
        "veto": r"\b(?:dis[ck]s?|drives?|ssd|storage|files?|folders?|partitions?|memory|ram|buffers?|cache"
        r"|[0-9]+ ?[gmt]b|gigabytes?"
        r"|parking|car|truck|van|trailers?|garage|seats?|shelf|shelves|cupboards?|closets?|wardrobes?|suitcases?"
        r"|luggage|bags?"
        r"|boxes|fridge|freezer|cargo|pallets?|warehouse|queue|layout|margins?|columns?|placeholders?|css|div"
        r"|sofa|couch|tables?|plants?|seedlings?|typesetting|printers?)\b",
    },
    {
        "name": "unpack that",
        "pattern": r"\bunpack that\b",
        "forms": r"\bunpack(?:s|ed|ing) that\b",
        "veto": r"\bunpack(?:s|ed|ing)? that (?:\w+ )?(?:box|bag|suitcase|case|crate|parcel|package|trunk|backpack"
        r"|rucksack|duffel|luggage|zip"
        r"|archive|tarball|tar|rar|file|folder|tuple|list|array|dict|iterable|struct|payload|byte|bytes|stuff|kit"
        r"|delivery|groceries"
        r"|shopping|van|truck)\b|\b(?:zip|rar|7z|tarballs?|\.tar|tar\.gz|gzip|unzip|suitcases?|crates?|parcels?"
        r"|rucksack|backpack"
        r"|luggage|tuples?|cardboard|moving (?:box|boxes|van|truck|day)|boxes|removal men|movers|bubble wrap"
        r"|groceries|archives?|installer)\b",
    },
    {
        "name": "circle back",
        "pattern": r"\bcircle back\b",
        "forms": r"\bcircl(?:es|ed|ing) back\b",
        "sure": r"\bcircl(?:e|ing) back (?:on|with|about|once|when|later|next|tomorrow) \w|\bcircle back (?:later"
        r"|tomorrow|soon)\b",
        "veto": r"\b(?:walk\w*|dr(?:ive|ives|iving|ove)|hik(?:e|es|ed|ing)|trails?|path|paths|loop|bike|biked|cycl\w+"
        r"|ran|runway|fly|flew|flying"
        r"|flown|planes?|pilots?|helicopters?|airport|boats?|sail\w*|bus|taxi|car|truck|road|roads|street|parking"
        r"|trailhead|lake|harbou?r|shore"
        r"|hawks?|eagles?|gulls?|seagulls?|ravens?|crows?|vultures?|buzzards?|kites?|sharks?|wolf|wolves|dogs?|cats?"
        r"|horses?|deer|drones?"
        r"|camp|campsite|house|barn|woods|forest|mountains?|valley|river|bridge|skat\w+|enem(?:y|ies)|squad|poems?"
        r"|stanzas?|story|stories"
        r"|novels?|song|songs|melody|chorus|essay|film|movie|plot|finale|narrat\w+|moth|moths|bees?)\b",
    },
    {
        "name": "touch base",
        "pattern": r"\btouch base\b",
        "forms": r"\btouch(?:es|ed|ing) base\b",
        "veto": r"\b(?:baseball|softball|kickball|rounders|runners?|base-?runners?|innings?|umpires?|catcher|pitcher"
        r"|shortstop|outfield\w*"
        r"|infield\w*|home plate|(?:first|second|third) base|tag(?:ged)? (?:up|out)|fly ball|dugout|batters?|tag game"
        r"|game of tag|capture the flag)\b",
    },
    {
        "name": "synergize",
        "pattern": r"\bsynergi[sz]e\b",
        "forms": r"\bsynerg(?:i[sz]e[sd]|i[sz]ing|y|ies|istic|istically|i[sz]ation)\b",
        "veto": r"\b(?:drugs?|dos(?:e|es|ing|age)|antibiotics?|medication\w*|pharma\w*|toxic\w*|inhibitors?"
        r"|receptors?|enzymes?|bacteria\w*"
        r"|pesticides?|herbicides?|compounds?|antioxidants?|vitamins?|muscles?|decks?|cards?|builds?|perks?|combos?"
        r"|spells?|champions?|heroes"
        r"|mana|dps|talents?|relics?|artifacts?|weapons?|team comp|hormones?|genes?|proteins?|chemo\w*|caffeine"
        r"|alcohol)\b",
    },
    {
        "name": "leverage",
        "pattern": r"\bleverage\b",
        "forms": r"\bleverag(?:es|ed|ing)\b",
        # A verb, by what stands before it or by its object; or "high-leverage work".
        "need": r"\b(?:to|can|could|will|would|should|must|may|might|let's|lets|we|you|they|i|i'll|we'll|you'll"
        r"|they'll|who|please|help|helps"
        r"|not|don't|can't|better|fully|effectively|strategically|successfully|creatively|also|then|always|actively"
        r"|simply|just) leverage\b"
        r"|\bleverag(?:e|ed) (?:our|your|their|its|my|his|her|all|existing|new|modern|advanced|the|this|these|those|a"
        r"|an"
        r"|both|every|any|some|what|ai|ml|data|cloud|technology|technologies|tools?|platforms?|network\w*"
        r"|relationships?"
        r"|strengths?|expertise|insights?|resources|skills|social|synerg\w+|analytics|opportunit\w+|capabilit\w+|assets"
        r"|automation|partnerships?)\b|\bleverag(?:es|ing)\b"
        r"|\b(?:be|been|being|was|were|is|are|have|has|had|we|i|they|you|successfully|effectively) leveraged\b"
        r"|\b(?:compan(?:y|ies)|business(?:es)?|teams?|brands|organi[sz]ations?|people|users|developers|partnerships"
        r"|methods"
        r"|models|algorithms|generators|techniques|approaches|systems|apps|tools|that|which|typically|often|usually"
        r"|each other) leverage [a-z]|\bleverage (?:it|them|each other|one another|multiple|various|different)\b"
        r"|^[\s*_#>•-]*leverag(?:e|ing)\b|[.!?:;•–—*] ?[*_]*leverag(?:e|ing) \w"
        r"|\bhigh(?:est|er)?-leverage (?:\w+ )?(?:activit\w+|work|things?|opportunit\w+|initiatives?|actions?|tasks?"
        r"|moves?|decisions?|use|areas?)\b",
        # Nobody lifts or lends these, whatever else the sentence is about.
        "sure": r"\bleverag(?:e|es|ed|ing)(?: [\w-]+){0,3} (?:power of|technolog(?:y|ies)|blockchain|expertise|data"
        r"|ai|social media"
        r"|platforms?|insights?|skills|strengths|networks?|relationships|partnerships?|capabilit(?:y|ies)|analytics"
        r"|algorithms?"
        r"|ecosystems?|talents?|synerg(?:y|ies)|knowledge|infrastructure)\b",
        "veto": rf"\b(?:{_FINANCE}|{_MECHANICS})\b|\b(?:{_PRESSURE})"
        r"|\bleverage (?:in|over|against|on|for|from|when|because|once|if|is|was|points?|ratios?)\b"
        r"|\b(?:due|access|exposure|related|thanks|adds?|leads?|comes? down|amount|owing|according) to leverage\b"
        r"|\b(?:the|more|much|enough|little|less|no|any|some|real|their only|my only|our only) leverage (?:the|this"
        r"|that|a|i|you|we|they|he|she)\b"
        r"|\b(?:highly|over|heavily|too) ?-?leveraged\b|\bleveraged (?:\w+ to one|[0-9]+)|\b(?:fund|bank"
        r"|trader) (?:was|is|got) leveraged\b"
        r"|\b(?:lose|loses|lost|losing|gain|gains|gained|gaining|get|got|give|gives|gave|giving|political|legal|moral"
        r"|negotiating) leverage\b",
    },
    {
        "name": "think outside the box",
        "pattern": r"\bthink outside the box\b",
        "forms": r"\b(?:thinks|thinking|thought) outside the box\b",
        "veto": r"\b(?:cats?|kittens?|kitty|litter|cardboard|cartons?|crates?|hamsters?|rabbits?|bunny|puppy"
        r"|nine[- ]dots?|(?:9|nine) dots"
        r"|parcels?|penalty|goalkeeper|schr(?:ö|oe?)dinger\w*|toddlers?)\b",
    },
    {
        "name": "low-hanging fruit",
        "pattern": r"\blow-hanging fruits?\b",
        "forms": r"\blow hanging fruits?\b",
        "veto": r"\b(?:trees?|orchards?|branch(?:es)?|boughs?|apples?|pears?|plums?|cherr(?:y|ies)|peach(?:es)?|figs?"
        r"|mango(?:es|s)?|lemons?"
        r"|oranges?|apricots?|quinces?|ladders?|gardens?|gardener|deer|ripe|ripen\w*|jam|cider|wasps?|birds?|grove"
        r"|basket|buckets?|prun\w+"
        r"|monkeys?|giraffes?|elephants?|tantalus|berr(?:y|ies)|bush(?:es)?|harvest(?:er|ers|ing) season)\b",
    },
    {
        "name": "move the needle",
        "pattern": r"\bmove the needle\b",
        "forms": r"\bmov(?:es|ed|ing) the needle\b",
        "veto": r"\b(?:record|records|vinyl|lp|turntable|stylus|tonearm|groove|sew\w*|thread\w*|stitch\w*|fabric"
        r"|cloth|hem|seam|knit\w*|crochet\w*"
        r"|embroider\w*|bobbin|gauges?|compass\w*|speedometer|dial|dials|meter|voltmeter|ammeter|galvanometer"
        r"|barometer|magnet\w*|geiger"
        r"|inject\w*|syringe|vein|iv|blood draw|nurse|acupunctur\w*|tattoo\w*|haystack|pine|skin)\b",
    },
    {
        "name": "paradigm shift",
        "pattern": r"\bparadigm shifts?\b",
        "forms": r"\bparadigm-shift(?:s|ing)?\b",
        "window": 400,
        "veto": r"\b(?:kuhn\w*|copernic\w*|ptolem\w*|newton\w*|einstein\w*|relativity|quantum|plate tectonics"
        r"|continental drift|wegener"
        r"|philosoph\w+ of science|scientific revolutions?|normal science|incommensurab\w*|heliocentr\w*|geocentr\w*"
        r"|darwin\w*|lamarck\w*"
        r"|germ theory|miasma|phlogiston|lavoisier|epistem\w*|history of science|popper\w*|lakatos|feyerabend"
        r"|galile\w*)\b",
    },
]

# What makes comfort fit: something happened, or the other side says how it feels.
_LOSS = (
    r"died|dying|is dead|passed away|pass away|death|funeral|burial|grief|griev(?:e|ed|ing)|mourning|widow(?:ed|er)?"
    r"|miscarr\w+|stillborn"
    r"|suicid\w*|kill (?:myself|himself|herself|themsel\w+)|end it all|self-harm\w*|cut(?:ting)? myself|overdos\w+"
    r"|hospital(?:i[sz]ed)?|hospice"
    r"|icu|intensive care|surgery|chemo\w*|cancer|tumou?rs?|diagnos(?:ed|is)|dementia|alzheimer\w*|had a stroke"
    r"|heart attack|seizures?|ambulance"
    r"|accident|car crash|assault(?:ed)?|raped?|abus(?:e|ed|ive)|stalk(?:ed|ing)|evict(?:ed|ion)|homeless|laid off"
    r"|(?:got|was|been|being) fired"
    r"|lost (?:my|his|her|our|their|the) (?:\w+ )?(?:job|mother|mom|mum|father|dad|brother|sister|son|daughter|wife"
    r"|husband|partner|friend"
    r"|grandm\w+|grandf\w+|grandpa|nan|baby|dog|cat|home|house)|lost (?:him|her|them) (?:yesterday|today|last|this|in"
    r"|to)"
    r"|br(?:oke|eaking|oken) up|break-?up|dumped me|left me|divorc(?:e|ed|ing)|cheated on|relaps\w+|rehab|put (?:him"
    r"|her|them|\w+) to sleep"
    r"|put (?:him|her|them) down|panic attacks?|ptsd|trauma\w*|flashbacks?|biops(?:y|ies)"
    r"|(?:killed|kill|hurt|harm(?:ed)?|cut) (?:myself|himself|herself|themselves)|passed (?:this|last|yesterday"
    r"|peacefully|in his|in her)"
    r"|(?:hit|hits|hurt|hurts|beat|choked|threatened) me|say(?:ing)? goodbye to (?:him|her|them|our|my|the dog|the cat)"
    r"|(?:came|come) back positive|life support|terminal(?:ly)? ill|palliative|arrested|burn(?:ed|t) down"
)
_SORROW = (
    r"(?:i'm|i am|i feel|i felt|i've been|i was|feeling|i just feel)(?: \w+){0,3} (?:sad|scared|afraid|terrified"
    r"|lonely|alone|depressed|anxious"
    r"|overwhelmed|hopeless|heartbroken|devastated|worthless|useless|numb|exhausted|struggling|hurting|crying"
    r"|miserable|ashamed|falling apart"
    r"|not ok|not okay|not coping|drowning|empty|panicking|spiral(?:l)?ing|broken|shaking|frightened|burn(?:ed|t) out"
    r"|down|awful|terrible)"
    r"|(?:can't|cannot|couldn't|can not) (?:stop (?:crying|shaking)|breathe|cope|sleep|go on|do this anymore"
    r"|take (?:it|this) anymore|get out of bed)"
    r"|cried|crying|in tears|heartbroken|breakdown|burnout|miss (?:him|her|them|my \w+) so|hate myself"
    r"|(?:want|wish) (?:to|i could) (?:die|disappear|give up)|(?:rough|hard|horrible|terrible|awful|worst) (?:day"
    r"|week|night|time|month|year)"
    r"|so lonely|hurts so much|depress(?:ed|ion)|anxiety|nightmares?|scared|terrified|it all feels pointless"
    r"|falling apart|don't know how to go on|(?:such a|am a|a total|complete) failure|failed (?:him|her|them"
    r"|everyone)|too much (?:right now|for me|today)"
    r"|(?:without|lost without) (?:him|her|them) (?:anymore|any more|now)|who i am (?:without|anymore|any more)"
    r"|if i (?:was|were) gone|better off without me"
    r"|nobody (?:would (?:notice|care|miss)|cares|loves me|likes me)|no one (?:would (?:notice|care|miss)|cares"
    r"|loves me)|(?:so|really|very|too) (?:worried|stressed|upset|nervous|guilty|ashamed|tired of everything)"
    r"|i (?:keep|kept) (?:crying|shaking|thinking about (?:him|her|it))|give up|giving up on|can't (?:anymore"
    r"|any more|do it anymore)|hurting|in pain|i'm (?:worried|upset|ill)"
)
_NO_LOSS = (
    r"(?:phone|battery|laptop|computer|server|router|wifi|internet|engine|car|tv|console|mouse|keyboard|controller"
    r"|drive|app|plant|basil|cactus"
    r"|sourdough|starter|cast iron|character|my guy|chat|joke|thread|link)(?: \w+){0,2} (?:died|is dead|is dying|dying)"
    r"|(?:i|you|we) (?:just |nearly |almost )?died (?:laughing|of laughter|inside)|dying (?:laughing|to|of laughter)"
    r"|death (?:metal|star|valley|note|stranding|march|by chocolate)|(?:bored|love\w*|sick|tickled) to death"
    r"|(?:by|happy) accident|cancer (?:season|rising|sun|moon|the crab)|tropic of cancer|tears of (?:joy|laughter)"
    r"|cry(?:ing)? (?:laughing|with laughter)"
    r"|crying(?:-| )laughing|happy (?:tears|crying)|(?:bug|crash|engine|network|root cause) diagnosis|kernel panic"
    r"|abuse of notation|seizure of"
    r"|hospital (?:drama|show|series|scene|corners)|plane surgery|dumped me a|left me (?:with|a|the|wondering|on read"
    r"|cold|hungry)|left me\?"
)

AI_SLOP_PHRASES: list[dict[str, Any]] = [
    # "I appreciate you telling me" is thanks for something done and "I appreciate you're busy" means "I know";
    # the thanks that assistants give for being spoken to at all ("sharing", "opening up") are a phrase of their own.
    {
        "name": "I appreciate you",
        "pattern": r"\bI appreciate you\b",
        "forms": r"\bI (?:really|truly|deeply|just|do|so|genuinely) appreciate you\b",
        "veto": r"\bappreciate you(?: both| all| guys| two| even| actually| not| never| always| just)* \w+ing\b"
        r"|\bappreciate you'\w"
        r"|\bappreciate you(?: both| all| guys)? (?:can|cannot|can't|may|might|have|haven't|had|are|aren't|were|will"
        r"|would|want|need|don't|didn't"
        r"|won't|wouldn't|could|couldn't|must|probably|got|only|think)\b",
        "window": 40,
    },
    {
        "name": "I appreciate you sharing",
        "pattern": r"\bI appreciate you sharing\b",
        "forms": r"\bI (?:\w+ )?appreciate you(?: so much| for)? (?:sharing|opening up|being (?:so )?(?:open|honest"
        r"|vulnerable|here|you)|trusting me"
        r"|reaching out|bringing this|showing up|naming)\b",
        "veto": r"\b(?:recipe|file|document|screen|link|notes|spreadsheet|slides|umbrella|fries|taxi|cab|code|room"
        r"|photos?|screenshots?|logs?"
        r"|charger|lunch|desserts?|password|location)\b",
        "window": 60,
    },
    {
        "name": "I hear you",
        "pattern": r"\bI hear you\b",
        # The empathic formula stands alone, or goes on with and/but/on/that; "I hear you moved" does not.
        "need": r"\bI (?:really |truly |do )?hear you[*_]*(?:\s*$|\s*[.,;:!?…–—)-]|\s+(?:and|but|so|on (?:that|this)"
        r"|there|completely|fully|deeply|totally"
        r"|100|that (?:this|it)|friend|love|man|girl|loud and clear|when you say|about (?:the|feeling|that|this)"
        r"|in (?:this|that|your)|with)\b)"
        r"|\bwhat I hear you saying\b",
        "forms": r"\bI (?:really|truly|do) hear you\b",
        "veto": r"\b(?:when|whenever|if|before|until|did|do|can|could|should|will|so that|every time|each time|once"
        r"|how) I (?:do )?hear you\b"
        r"|\b(?:mic|microphones?|muted?|unmuted?|audio|headphones?|earbuds?|headset|speakers?|zoom call|bluetooth"
        r"|walls?|stairs|upstairs|radio"
        r"|static|crackl\w+|echo\w*|phone line|bad line|connection|walkie|volume|footsteps|snor\w+|sing|singing|piano"
        r"|next room|door|doorbell|kitchen"
        r"|keys|shout\w*|yell\w*)\b",
        "window": 70,
    },
    {
        "name": "that resonates",
        "pattern": r"\bthat resonates\b",
        "forms": r"\bthat (?:really|deeply|truly|so|totally|definitely) resonates\b",
        "mention": False,  # "a phrase that resonates" mentions nothing
        "veto": r"\b(?:glass|wood|metal|plate|plank|panel|membrane|[0-9]+ ?k?hz|hertz|frequenc(?:y|ies)|strings?"
        r"|soundboards?|cavit(?:y|ies)|air column|chambers?"
        r"|guitars?|violins?|cellos?"
        r"|tuning forks?|bells?|drums?|circuits?|antennas?|coils?|harmonics?|overtones?|acoustics?|vibrat\w*"
        r"|oscillat\w*|crystals?|pipes?|flutes?"
        r"|sinus(?:es)?|larynx|wine glass(?:es)?|bowls?|gongs?|spruce|cedar|brass|amplitude|capacitors?|octaves?)\b",
    },
    {
        "name": "I'm here for you",
        "pattern": r"\bI'm here for you\b",
        "forms": r"\bI(?:'m| am)(?: always| still| right| just| really)* here for you\b"
        r"|\bI'll(?: always)? be here for you\b"
        r"|\bI will(?: always)? be here for you\b",
        "veto": r"\bhere for you (?:to (?:sign|test|try|use|borrow)|at (?:the|gate|door|platform)|if the|two|guys at)"
        r"|\b(?:gate [0-9a-z]+|lobby|downstairs|parked|platform [0-9]+|arrivals|taxi|uber|pick you up|front door"
        r"|buzz me in|car park|parking lot)\b",
        "earned_by": rf"\b(?:{_LOSS}|{_SORROW})\b",
        "earned_here": rf"\b(?:{_LOSS})\b",
        "harmless": rf"\b(?:{_NO_LOSS})\b",
    },
    {
        "name": "validate your feelings",
        "pattern": r"\bvalidate your feelings\b",
        "forms": r"\bvalidat(?:es|ed|ing) your feelings\b",
    },
    {
        "name": "in this space",
        "pattern": r"\bin this space\b",
        # Vague only where a market is meant: somebody works, competes or moves in it.
        "need": r"\b(?:players?|innovat\w*|compan(?:y|ies)|leaders?|leading|trends?|work(?:s|ed|ing)?|startups?"
        r"|start-ups?|compet\w+|experts?|advances?"
        r"|advancements?|developments?|research(?:ers?)?|brands?|vendors?|thought|experienced?|expertise"
        r"|opportunit\w+|invest\w*|regulat\w*|products?"
        r"|tools?|solutions?|markets?|founders?|progress|happening|activity|years|customers?|clients?|business\w*"
        r"|firms?|professionals?|practitioners?"
        r"|operat\w+|build(?:s|ing)?|creators?|names|providers?|services?|growth|momentum|disrupt\w*|differentiat\w*"
        r"|evolv\w+|conversations?"
        r"|funding|hiring|career|jobs?|organi[sz]ations?|technolog\w+|evolution|exciting|success|role"
        r"|skills|incumbents?|voices?|talents?|money|sell\w*|sold|software|industr(?:y|ies)|sector|pric(?:e|es|ing)"
        r"|revenue|sales"
        r"|partners|entrants?|newcomers?|pioneers?|analysts?|consultants?|engineers?|specialists?|leadership|presence"
        r"|reputation|ambitions?)\b[^.!?\n]{0,60}\bin this space\b"
        r"|\b(?:people|folks|others|peers|everyone|anyone|someone|somebody|nobody|no one|person|first|best|biggest"
        r"|largest|big|new|newer|else) (?:\w+ )?in this space\b"
        r"|\bin this space(?: \w+){0,4} (?:are|is|have|has)(?: \w+){0,2} (?:innovat\w+|compet\w+|consolidat\w+"
        r"|evolv\w+|growing|moving|raising|pivot\w*)\b",
        "veto": r"\b(?:fits?|fitting|squeez\w+|smok\w+|danc\w+|sle(?:ep|eps|pt)|sit|sits|sat|mirrors?|nook|pianos?"
        r"|paint\w*|hang|hung"
        r"|sign|signing|metres|meters|cedar|rooms?|sofas?|couch|desks?|parking|garage|walls?|windows?|floors?|shelf"
        r"|shelves|closet|kitchen"
        r"|bedroom|bathroom|apartment|flat"
        r"|studio|furniture|hilbert|vector|vectors|metric space|latent|topolog\w*|banach|euclid\w*|dimension\w*|basis"
        r"|norms?|subspaces?|manifold"
        r"|eigen\w+|embeddings?|dis[ck]|partition|bytes?|blank|your name|signature|boxes|plants?|garden|beds?|rugs?"
        r"|tables?|chairs?|tiles?|venue"
        r"|gallery|warehouse|basement|attic|hall|square (?:feet|foot|met(?:er|re)s)|sqm|m²|ceiling|acoustics|echo"
        r"|astronauts?|orbit|vacuum|galax(?:y|ies)"
        r"|lamps?|lighting|stairs|oven|co-?working|church|chapel|barn|shed|yard)\b",
    },
]
