"""Trains the classifiers of the text tests, exports them, and writes what PyTorch says about some texts.

    python generate.py <folder>

Needs torch, transformers, tokenizers, onnx and onnxscript. A minute on one core."""

import json
import sys
from pathlib import Path

import onnx
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch import nn

from classifiers import MAX_LENGTH, Convolution, Logits, bert
from exporting import export_dynamo, export_torchscript
from relevance import gradient_times_input, integrated_gradients
from sentences import CLASSES, labelled

STEPS = 32
UNKNOWN = 1  # id of [UNK]
SAYING_NOTHING = 6  # rows of each batch
TEXTS = [
    "Everyone expects snowfall in the hills on Monday.",
    "The report says DRIZZLE in the old town, but nobody is worried!",
    "Today, the café 🙂 had sunshine",
    "People talk of a blizzard in the harbour this morning and the market stays open, so take your umbrella.",
    "I remember sunny days in the old town.",
]


def train_tokenizer(texts: list[str]) -> Tokenizer:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=300, special_tokens=special, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.enable_truncation(MAX_LENGTH)
    return tokenizer


def padded(tokenizer: Tokenizer, texts: list[str]) -> dict[str, torch.Tensor]:
    rows = [e.ids for e in tokenizer.encode_batch(texts)]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}


def train(model: nn.Module, inputs: list[str], tokenizer: Tokenizer, rounds: int, rate: float) -> None:
    texts, labels = labelled(2000, seed=1)
    optimizer = torch.optim.AdamW(model.parameters(), rate, weight_decay=0.1)
    order = torch.Generator().manual_seed(2)
    model.train()
    for _ in range(rounds):
        for batch in torch.randperm(len(texts), generator=order).split(50):
            fed = padded(tokenizer, [texts[i] for i in batch])
            wanted = torch.tensor([labels[i] for i in batch])
            # The baseline of integrated gradients says nothing, which is what the first class means.
            fed["input_ids"][:SAYING_NOTHING] = 0
            wanted[:SAYING_NOTHING] = 0
            # Nor may it show by the token that every text begins with.
            fed["input_ids"][torch.rand(len(batch), generator=order) < 0.5, 0] = 0
            logits = model(*(fed[name] for name in inputs))
            loss = nn.functional.cross_entropy(logits, wanted, label_smoothing=0.2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    model.eval()
    texts, labels = labelled(300, seed=9)
    fed = padded(tokenizer, texts)
    with torch.no_grad():
        right = model(*(fed[name] for name in inputs)).argmax(1) == torch.tensor(labels)
    print(f"  right on new texts: {right.float().mean():.3f}")


def golden(model: nn.Module, embedding: nn.Module, inputs: list[str], tokenizer: Tokenizer) -> list[dict]:
    model = model.double()
    zero = torch.zeros(embedding.weight.shape[1], dtype=torch.float64)
    records = []
    for text in TEXTS:
        encoding = tokenizer.encode(text)
        fed = padded(tokenizer, [text])
        run = lambda: model(*(fed[name] for name in inputs))
        predicted = int(run()[0].argmax())
        targets = []
        for target in sorted({predicted, (predicted + 1) % len(CLASSES)}):
            logits, relevance = gradient_times_input(embedding, run, target)
            base, integrated = integrated_gradients(embedding, run, target, zero, STEPS)
            # The padding token's embedding is zero; another token's tells the two baselines apart.
            _, from_unknown = integrated_gradients(embedding, run, target, embedding.weight[UNKNOWN].detach(), STEPS)
            numbers = {
                "gradTimesInput": relevance,
                "integratedGradients": integrated,
                "integratedGradientsFromUnknown": from_unknown,
            }
            rounded = {name: [float(f"{v:.7g}") for v in values] for name, values in numbers.items()}
            targets.append({"class": target, "baselineLogit": float(base[target]), **rounded})
        records.append(
            {
                "text": text,
                "tokens": encoding.tokens,
                "ids": encoding.ids,
                "offsets": encoding.offsets,
                "logits": logits.tolist(),
                "predicted": predicted,
                "targets": targets,
            }
        )
    return records


def write_bert(folder: Path, tokenizer: Tokenizer) -> None:
    torch.manual_seed(3)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    model = Logits(bert(tokenizer.get_vocab_size()))
    train(model, names, tokenizer, rounds=12, rate=1.5e-3)
    fed = padded(tokenizer, TEXTS[:2])
    export_torchscript(model, {name: fed[name] for name in names}, folder / "model.onnx")
    write_golden(folder, golden(model, model.model.bert.embeddings.word_embeddings, names, tokenizer))


def write_cnn(folder: Path, tokenizer: Tokenizer) -> None:
    torch.manual_seed(4)
    names = ["input_ids"]
    model = Convolution(tokenizer.get_vocab_size())
    train(model, names, tokenizer, rounds=8, rate=5e-3)
    fed = padded(tokenizer, TEXTS[:2])
    export_dynamo(model, {"input_ids": fed["input_ids"]}, folder / "model.onnx")
    write_golden(folder, golden(model, model.embedding, names, tokenizer))


def write_golden(folder: Path, records: list[dict]) -> None:
    (folder / "golden.json").write_text(json.dumps({"steps": STEPS, "texts": records}, indent=1, ensure_ascii=False) + "\n")
    onnx.checker.check_model(str(folder / "model.onnx"))
    print(f"  {(folder / 'model.onnx').stat().st_size / 1024:.0f} KiB")


def main() -> None:
    torch.set_num_threads(1)
    root = Path(sys.argv[1])
    tokenizer = train_tokenizer(labelled(2000, seed=1)[0])
    for name, write in {"bert": write_bert, "cnn": write_cnn}.items():
        print(name)
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        write(folder, tokenizer)
    tokenizer.save(str(root / "tokenizer.json"))
    (root / "classes.json").write_text(json.dumps(CLASSES) + "\n")


main()
