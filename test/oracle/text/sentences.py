"""Weather reports made from templates. One planted word decides the class; everything else says nothing about it. The class
`dry` is what a report without such a word is about."""

import random

CLASSES = ["dry", "sun", "rain", "snow"]

DECISIVE = {
    "dry": ["visitors", "music", "old friends", "gossip", *[""] * 8],
    "sun": ["sunny", "sunshine", "bright", "cloudless", "scorching", "heatwave"],
    "rain": ["rain", "rainy", "drizzle", "downpour", "showers", "umbrella"],
    "snow": ["snow", "snowfall", "blizzard", "frosty", "icicles", "sledging"],
}

PLACES = ["the valley", "our village", "the harbour", "the old town", "the café", "the coast", "my garden", "the hills"]
TIMES = ["this morning", "all afternoon", "on Monday", "until midnight", "the whole week", "after lunch", "today"]
OPENINGS = ["The report says", "People talk of", "We look forward to", "Everyone expects", "I remember", "Nobody minds"]
CLOSINGS = [
    "and the buses run as usual",
    "while the children play chess",
    "so take your time",
    "and the market stays open",
    "but nobody is worried",
    "said the neighbour with the dog",
    "🙂",
]


def sentence(rng: random.Random, name: str) -> str:
    word = rng.choice(DECISIVE[name])
    parts = [rng.choice(OPENINGS), word, "in", rng.choice(PLACES), rng.choice(TIMES)]
    if rng.random() < 0.3:
        parts = [rng.choice(TIMES).capitalize() + ",", rng.choice(PLACES), "had", word]
    if rng.random() < 0.7:
        parts.append(rng.choice(CLOSINGS))
    return " ".join(filter(None, parts)) + rng.choice([".", "!", "", "..."])


def labelled(count: int, seed: int) -> tuple[list[str], list[int]]:
    rng = random.Random(seed)
    labels = [i % len(CLASSES) for i in range(count)]
    return [sentence(rng, CLASSES[label]) for label in labels], labels
