"""Corporate speak. Most of its phrases have a literal meaning too, which passes."""

from __future__ import annotations

from typing import Any

from identity.packs import words

# The contexts in which leverage is meant: money, force, and power over people (below).
_FINANCE = words(
    r"""
    ratios?, margins?, debts?, buy-?outs?, etfs?, brokers?, brokerage, loans?, mortgages?, trad(?:e|es|ing|ers?),
    forex, futures, short positions?, [0-9]+(?:x|:1), hedge funds?, balance sheets?, borrow\w*, lend(?:ers?|ing),
    collateral, interest rates?, crypto\w*, bitcoin, liquidat\w+, home equity, basis points, bonds?, treasur(?:y|ies),
    volatility
    """
)
_MECHANICS = words(
    r"""
    fulcrums?, torque, levers?, crowbars?, pry(?:ing)?, pried, wrench(?:es)?, mechanical advantage, bolts?, planks?,
    boulders?, hinges?, longer handle, oars?, wrestl\w+, judo, jiu[- ]?jitsu, grappl\w+, climb\w*, footholds?, holds,
    elbows?, hips?, screwdrivers?
    """
)

CORPORATE_PHRASES: list[dict[str, Any]] = [
    {
        "name": "not nothing",
        "pattern": r"\bnot nothing\b",
        # How much it is, not that it counts.
        "veto": [
            r"\bnot nothing (?:either|but)\b",
            r"\bnot (?:much|a lot|everything|empty)[^.!?\n]{0,20}\bnot"
            r" nothing\b",
        ],
        "window": 30,
        "hits": ["Well, that is not nothing.", "Nine days without a drink is not nothing."],
        "misses": ["There is not nothing but not much in the till."],
    },
    {
        "name": "hold space",
        "pattern": r"\bhold(?:ing)? space\b",
        "forms": r"\b(?:holds|held) space\b",
        "veto": words(
            r"""
            oven, racks?, mantelpiece, pews?, bench(?:es)?, towels?, sunbeds?, loungers?, cones?, blankets?, picnic,
            campsite, plates?, zeros, digits, brackets, variables?, arrays?, structs?, bytes, database, server,
            tables?, dis[ck]s?, drives?, ssd, storage, files?, folders?, partitions?, memory, ram,
            buffers?, cache, [0-9]+ ?[gmt]b, gigabytes?, parking, car, truck, van, trailers?, garage, seats?, shelf,
            shelves, cupboards?, closets?, wardrobes?, suitcases?, luggage, bags?, boxes, fridge, freezer, cargo,
            pallets?, warehouse, queue, layout, margins?, columns?, placeholders?, css, div, sofa, couch, tables?,
            plants?, seedlings?, typesetting, printers?, pages?, images?, pictures?, photos?, layouts?, browsers?,
            screens?, widths?,
            heights?, fonts?, paragraphs?, rows?, tokens?, calendars?, diary, diaries, chairs?, stalls?,
            trays?, pots?, bookshel(?:f|ves), drawers?, trunk, boot, tents?, pantry, allocat\w*, reserv\w*, booked
            """
        ),
        "hits": ["I will hold space for you.", "We hold space for grief here."],
        "misses": ["The frame should hold space for the picture while it loads."],
    },
    {
        "name": "unpack that",
        "pattern": r"\bunpack that\b",
        "forms": r"\bunpack(?:s|ed|ing) that\b",
        "veto": [
            r"\bunpack(?:s|ed|ing)? that (?:\w+ )?(?:box|bag|suitcase|case|crate|parcel|package|trunk|delivery"
            r"|shopping|van|truck)\b",
            r"\bunpack(?:s|ed|ing)? that (?:\w+ )?(?:file|folder|list|array|dict|iterable|struct|payload|bytes?|stuff"
            r"|kit)\b",
            words(
                r"""
                zip, rar, 7z, tarballs?, \.tar, tar\.gz, gzip, unzip, suitcases?, crates?, parcels?, rucksack,
                backpack, luggage, tuples?, cardboard, moving (?:box|boxes|van|truck|day), boxes, removal men, movers,
                bubble wrap, groceries, archives?, installer
                """
            ),
        ],
    },
    {
        "name": "circle back",
        "pattern": r"\bcircle back\b",
        "forms": r"\bcircl(?:es|ed|ing) back\b",
        # People of an office come back to a matter; swallows, cars and walkers come back to a place.
        "need": [
            r"\b(?:I|we|us|you|let's|lets|to|can|could|will|would|should|shall|may|might|must|please|and|then|team|just"
            r"|'ll|'d) (?:\w+ )?circle back\b",
            r"\b(?:I|we|you|he|she|they)(?: \w+)? circled back\b",
            r"^[\s*_]*circl(?:e|ing) back\b",
            r"[.!?:;,–—-](?: )?circl(?:e|ing) back\b",
            r"\b(?:I'm|we're|am|are|just|by|of|for|about|before|after|without|be|been|keep|keeps|kept) circling back\b",
            r"\bcirc(?:les?|led|ling) back (?:on|with|about|once|when|later|next|tomorrow|soon)\b",
            r"\bcirc(?:les?|led|ling) back (?:around )?to (?:\w+ )?(?:what|why|how|who|whether|question|topics?|points?"
            r"|issues?|ideas?|subjects?|matters?|budget|conversations?|discussions?|concerns?|themes?|things?"
            r"|feedback)\b",
        ],
        "sure": [
            r"\bcircl(?:e|ing) back (?:on|with|about|once|when|later|next|tomorrow) \w",
            r"\bcircle back (?:later|tomorrow|soon)\b",
        ],
        "veto": words(
            r"""
            past, via, towards, behind, uphill, downhill, mill, quay, beach, hills?,
            villages?, town, square, corner, church, hut, ridge, summit, entrance, meadows?, farm, orchard,
            garden, kennel, pond, fountain, aisles?, supermarket, junction, roundabout, exit, motorway,
            for (?:him|her|them), walk\w*, dr(?:ive|ives|iving|ove), hik(?:e|es|ed|ing), trails?, path, paths,
            loop, bike, biked, cycl\w+, ran, runway, fly, flew, flying, flown, planes?, pilots?, helicopters?,
            airport, boats?, sail\w*, bus, taxi, car, truck, road, roads, street, parking, trailhead, lake, harbou?r,
            shore, hawks?, eagles?, gulls?, seagulls?, ravens?, crows?, vultures?, buzzards?, kites?, sharks?, wolf,
            wolves, dogs?, cats?, horses?, deer, drones?, camp, campsite, house, barn, woods, forest, mountains?,
            valley, river, bridge, skat\w+, swallows?, geese, goose, ducks?, pigeons?, starlings?, herons?, swans?,
            owls?, falcons?, bats?, fish, wasps?,
            flies, mosquito\w*, nests?, beam, roof, tower, pier, island, car park, cafe, café, station, gate,
            ferry, ferries, ships?, trams?, trains?, cabs?, vans?, coach, enem(?:y|ies), squad, poems?, stanzas?,
            story, stories, novels?, song, songs, melody, chorus, essay, film, movie, plot, finale, narrat\w+, moth,
            moths, bees?
            """
        ),
        "hits": ["We can circle back tomorrow.", "I'm circling back on the invoice."],
        "misses": ["The starlings circle back to the same chimney.", "We circled back to the pier before dark."],
    },
    {
        "name": "touch base",
        "pattern": r"\btouch base\b",
        "forms": r"\btouch(?:es|ed|ing) base\b",
        "veto": words(
            r"""
            baseball, softball, kickball, rounders, runners?, base-?runners?, innings?, umpires?, catcher, pitcher,
            shortstop, outfield\w*, infield\w*, home plate, (?:first|second|third) base, tag(?:ged)? (?:up|out),
            fly ball, dugout, batters?, tag game, game of tag, the catch, the bag,
            (?:throw|threw|thrown) (?:him|her|you|them)? ?out, home run, foul, outs?, capture the flag
            """
        ),
    },
    {
        "name": "synergize",
        "pattern": r"\bsynergi[sz]e\b",
        "forms": r"\bsynerg(?:i[sz]e[sd]|i[sz]ing|y|ies|istic|istically|i[sz]ation)\b",
        "veto": words(
            r"""
            drugs?, dos(?:e|es|ing|age), antibiotics?, medication\w*, pharma\w*, toxic\w*, inhibitors?, receptors?,
            enzymes?, bacteria\w*, pesticides?, herbicides?, compounds?, antioxidants?, vitamins?, muscles?, decks?,
            cards?, builds?, perks?, combos?, spells?, champions?, heroes, mana, dps, talents?, relics?, artifacts?,
            weapons?, team comp, hormones?, genes?, proteins?, chemo\w*, caffeine, alcohol, nitrogen, phosph\w+,
            sulph?f?ur, potassium, fertili[sz]\w+, nutrients?, soils?, crops?,
            herbs?, spices?, flavou?rs?, hops, minerals?, acids?, catalysts?, alloys?, polymers?, additives?, extracts?,
            oils?, tumou?rs?, immune, virus\w*, fung\w+, microb\w*, strains?, species, roots?, neurons?, reflex\w*,
            tendons?, flexors?, extensors?, abdominals?, quads, glutes, gear, armou?r, classes, attacks?, abilities
            """
        ),
        "hits": ["The teams should synergize.", "There are synergies between the two brands."],
        "misses": [
            "Oregano oil and thyme oil act in synergy against the mould.",
            "The two acids show synergy at low pH.",
        ],
    },
    {
        "name": "leverage",
        "pattern": r"\bleverage\b",
        "forms": r"\bleverag(?:es|ed|ing)\b",
        "need": [
            # It stands where a verb stands,
            r"\b(?:to|can|could|will|would|should|must|may|might|let's|lets|we|you|they|i|i'll|we'll|you'll"
            r"|they'll) leverage\b",
            r"\b(?:who|that|which|please|helps?|not|don't|can't|best|better|fully|effectively|strategically"
            r"|successfully) leverage [a-z]",
            r"\b(?:creatively|also|then|always|actively|simply|just|maybe|typically|often|usually|and"
            r"|or) leverage [a-z]",
            r"\b(?:compan(?:y|ies)|business(?:es)?|people|[a-z]{3,}s|each other) leverage [a-z]{3,}",
            r"\b(?:be|been|being|was|were|is|are|have|has|had|we|i|they|you|successfully|effectively) leveraged\b",
            r"\bleverag(?:es|ing)\b",
            # begins a sentence or an item of a list,
            r"^[\s*_#>•-]*leverage\b",
            r"[.!?:;•–—*] ?[*_]*leverage \w",
            # or has an object.
            r"\bleverag(?:e|ed) (?:our|your|their|its|my|his|her|all|the|this|these|those|a|an|both|every|any|some"
            r"|what|it|them)\b",
            r"\bleverag(?:e|ed) (?:existing|new|modern|advanced|one another|each other|multiple|various|different)\b",
            r"\bleverag(?:e|ed) (?:\w+ ){1,5}into\b",
            r"\bhigh(?:est|er)?-leverage (?:\w+ )?(?:activit\w+|work|things?|opportunit\w+|initiatives?|tasks?|moves?"
            r"|decisions?)\b",
        ],
        # Nobody lifts or lends these, whatever else the sentence is about.
        "sure": r"\bleverag(?:e|es|ed|ing)(?: [\w-]+){0,3} (?:power of|technolog(?:y|ies)|blockchain|expertise|data"
        r"|ai|skills"
        r"|social media|platforms?|insights?|strengths|networks?|relationships|partnerships?|capabilit(?:y|ies)"
        r"|analytics"
        r"|algorithms?|ecosystems?|talents?|synerg(?:y|ies)|knowledge|infrastructure|models|services)\b",
        "veto": [
            _FINANCE,
            _MECHANICS,
            r"\b(?:leverage (?:over|against) |blackmail\w*|hostages?|ransom|bargaining chips?)",
            r"\bleverage (?:in|over|against|on|for|from|to|of|with|at|when|because|once|if|is|was|here|now|points?"
            r"|ratios?)\b",
            r"\b(?:due|access|exposure|related|thanks|adds?|leads?|comes? down|amount|owing|according) to leverage\b",
            # After a possessive it is a noun: somebody has it.
            r"\b(?:his|her|my|their|our|your|its|whose) leverage\b",
            r"\b(?:the|more|much|enough|little|less|no|any|some|real|only) leverage (?:the|this|that|a|i|you|we|they"
            r"|he|she)\b",
            r"\b(?:highly|over|heavily|too) ?-?leveraged\b",
            r"\bleveraged (?:\w+ to one|\w+ times|[0-9]+)",
            r"\b(?:fund|bank|trader) (?:was|is|got) leveraged\b",
            r"\b(?:los(?:e|es|t|ing)|gain(?:s|ed|ing)?|gets?|got|gives?|gave|giving|need|needs|has|had) leverage\b",
            r"\b(?:political|legal|moral|negotiating|financial|operating) leverage\b",
            r"\bleverag(?:e|es|ed|ing) (?:the|his|her|their|its|my|our|your) (?:house|home|flat|farm|land|property"
            r"|savings|pension|inheritance)\b",
        ],
    },
    {
        "name": "think outside the box",
        "pattern": r"\bthink outside the box\b",
        "forms": r"\b(?:thinks|thinking|thought) outside (?:of )?the box\b|\bthink(?:s|ing)? out of the box\b"
        r"|\bout(?:-| )of(?:-| )the(?:-| )box thinking\b|\boutside(?:-| )the(?:-| )box thinking\b",
        "veto": words(
            r"""
            cats?, kittens?, kitty, litter, cardboard, cartons?, crates?, hamsters?, rabbits?, bunny, puppy,
            nine[- ]dots?, (?:9|nine) dots, parcels?, penalty, goalkeeper, schr(?:ö|oe?)dinger\w*, toddlers?,
            nests?, hutch(?:es)?, straw, cages?, guinea pigs?, tortoises?, inside it, purr\w*, meow\w*, paws?,
            strikers?, defenders?, offside, corner kick
            """
        ),
        "hits": ["Try to think outside the box.", "This calls for some out-of-the-box thinking."],
        "misses": ["Our tortoise was thinking outside the box, next to its straw."],
    },
    {
        "name": "low-hanging fruit",
        "pattern": r"\blow-hanging fruits?\b",
        "forms": r"\blow hanging fruits?\b",
        "veto": words(
            r"""
            picker, pickers, fruit bowl, pollinat\w*, wildlife, badgers?, toddlers?, shoulders, stepladder, rake,
            trees?, orchards?, branch(?:es)?, boughs?, apples?, pears?, plums?, cherr(?:y|ies), peach(?:es)?, figs?,
            mango(?:es|s)?, lemons?, oranges?, apricots?, quinces?, ladders?, gardens?, gardener, deer, ripe,
            ripen\w*, jam, cider, wasps?, birds?, grove, basket, buckets?, prun\w+, monkeys?, giraffes?, elephants?,
            tantalus, berr(?:y|ies), bush(?:es)?, harvest(?:er|ers|ing) season, hedgehogs?, squirrels?, fox(?:es)?,
            goats?, rotten, sweet, blossoms?, bears?, cows?, sheep, bats?, parrots?, blackbirds?, thrush(?:es)?, pies?,
            crumble, chutney, compost, hedges?, hedgerows?, damsons?, persimmons?, avocados?, grapes?, vines?, sloes?,
            stalks?, tiptoes?, juic\w+, pips?, peel\w*, farmers?, allotments?, canopy, lea(?:f|ves), worms?, windfalls?,
            forag\w+, frost, stains?, stained, pick the rest, my back, bend
            """
        ),
        "hits": ["Start with the low-hanging fruit."],
        "misses": ["The sheep eat all the low-hanging fruit and leave us the top."],
    },
    {
        "name": "move the needle",
        "pattern": r"\bmove the needle\b",
        "forms": r"\bmov(?:es|ed|ing) the needle\b",
        "veto": words(
            r"""
            gramophone, jukebox, scratch\w*, crackl\w*, side (?:a|b|one|two), cactus, spruce, vaccin\w*, arm, eye of,
            clockwise, bathroom scales?, kitchen scales?, boiler, tyres?, kettle, hand-stitch\w*, quilt\w*, lace,
            record, records, vinyl, lp, turntable, stylus, tonearm, groove, sew\w*, thread\w*, stitch\w*, fabric,
            cloth, hem, seam, knit\w*, crochet\w*, embroider\w*, bobbin, gauges?, compass\w*, speedometer, dial,
            dials, meter, voltmeter, ammeter, galvanometer, barometer, magnet\w*, geiger, inject\w*, syringe, vein,
            iv, blood draw, nurse, acupunctur\w*, tattoo\w*, haystack, pine, skin, fuel, petrol, diesel, litres?, tank,
            tachometer, revs, rpm, altimeter, thermometer, amps?, volts?, voltage, multimeter,
            seismograph, polygraph, lie detector, iron filings, insulin, dose, yarn, darning, presser foot
            """
        ),
        "hits": ["This will move the needle."],
        "misses": ["Two litres of petrol did not move the needle from E."],
    },
    {
        "name": "paradigm shift",
        "pattern": r"\bparadigm shifts?\b",
        "forms": r"\bparadigm-shift(?:s|ing)?\b",
        "window": 400,
        "veto": words(
            r"""
            humours, planets?, orbits?, ether, combustion, oxygen, atoms?, exams?, textbook, chapter, dissertation,
            syllabus, kuhn\w*, copernic\w*, ptolem\w*, newton\w*, einstein\w*, relativity, quantum, plate tectonics,
            continental drift, wegener, philosoph\w+ of science, scientific revolutions?, normal science,
            chomsky\w*, behaviou?ris\w+, cognitive revolution, semmelweis, lister, harvey, mendel\w*, kepler,
            tycho, anomal\w+, atomism, alchem\w+, caloric, vitalism, cosmolog\w*, astronom\w+, geolog\w*, physics,
            crystallograph\w*, linguistic\w*, conjugat\w+, declension\w*, inflection\w*, historians?, seminar,
                        historiograph\w*, incommensurab\w*, heliocentr\w*, geocentr\w*, darwin\w*, lamarck\w*,
            germ theory, miasma, phlogiston,
            lavoisier, epistem\w*, history of science, popper\w*, lakatos, feyerabend, galile\w*
            """
        ),
        "hits": ["It is a paradigm shift for us."],
        "misses": ["Her seminar is on the paradigm shift from vitalism to chemistry."],
    },
]
