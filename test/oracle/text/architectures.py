"""Small, randomly weighted text classifiers of the families that people export, with PyTorch's relevance for two texts each.

    python architectures.py <folder> [names]

Needs torch, transformers, onnx and onnxscript. `npm run bench:text` with GRADLINE_ORACLE set to the folder compares."""

import json
import sys
from pathlib import Path

import torch
import transformers as hf

from exporting import export_dynamo, export_torchscript
from relevance import gradient_times_input, integrated_gradients

STEPS = 32
VOCABULARY = 100
SIZES = dict(vocab_size=VOCABULARY, num_labels=3, pad_token_id=0, attn_implementation="eager")
BERT = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48, max_position_embeddings=70)

FAMILIES = {
    "bert": (hf.BertConfig, hf.BertForSequenceClassification, BERT),
    "roberta": (hf.RobertaConfig, hf.RobertaForSequenceClassification, BERT),
    "xlm-roberta": (hf.XLMRobertaConfig, hf.XLMRobertaForSequenceClassification, BERT),
    "distilbert": (
        hf.DistilBertConfig,
        hf.DistilBertForSequenceClassification,
        dict(dim=32, n_layers=2, n_heads=2, hidden_dim=48, max_position_embeddings=70),
    ),
    "albert": (hf.AlbertConfig, hf.AlbertForSequenceClassification, BERT | dict(embedding_size=16)),
    "electra": (hf.ElectraConfig, hf.ElectraForSequenceClassification, BERT | dict(embedding_size=16)),
    "mpnet": (hf.MPNetConfig, hf.MPNetForSequenceClassification, BERT),
    "deberta-v2": (
        hf.DebertaV2Config,
        hf.DebertaV2ForSequenceClassification,
        BERT | dict(relative_attention=True, position_buckets=16, pos_att_type=["p2c", "c2p"], type_vocab_size=0),
    ),
    "camembert": (hf.CamembertConfig, hf.CamembertForSequenceClassification, BERT),
    "convbert": (hf.ConvBertConfig, hf.ConvBertForSequenceClassification, BERT | dict(embedding_size=32, head_ratio=1)),
    "squeezebert": (hf.SqueezeBertConfig, hf.SqueezeBertForSequenceClassification, BERT | dict(embedding_size=32)),
    "modernbert": (
        hf.ModernBertConfig,
        hf.ModernBertForSequenceClassification,
        BERT | dict(reference_compile=False, cls_token_id=1, sep_token_id=2, bos_token_id=1, eos_token_id=2),
    ),
    "gpt2": (hf.GPT2Config, hf.GPT2ForSequenceClassification, dict(n_embd=32, n_layer=2, n_head=2, n_positions=70)),
}


class Recurrent(torch.nn.Module):
    """Embeddings, two layers in both directions, and a linear layer of the mean; no mask, as such classifiers mostly have none."""

    def __init__(self, kind):
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCABULARY, 16)
        self.layers = kind(16, 12, num_layers=2, bidirectional=True, batch_first=True)
        self.classifier = torch.nn.Linear(24, 3)

    def get_input_embeddings(self):
        return self.embedding

    def forward(self, input_ids):
        return self.classifier(self.layers(self.embedding(input_ids))[0].mean(1))


RECURRENT = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


def build(name: str):
    torch.manual_seed(5)
    if name in RECURRENT:
        return Recurrent(RECURRENT[name]).eval()
    config, model, sizes = FAMILIES[name]
    built = model(config(**SIZES, **sizes)).eval()
    # Untrained layers hardly differ; larger weights make every path count.
    with torch.no_grad():
        for parameter in built.parameters():
            if parameter.dim() > 1:
                parameter.mul_(4)
    return built


class Logits(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask=None):
        if isinstance(self.model, Recurrent):
            return self.model(input_ids)
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


def golden(model) -> list[dict]:
    double = Logits(model).eval().double()
    embedding = model.get_input_embeddings()
    random = torch.Generator().manual_seed(7)
    records = []
    for length in (6, 14):
        ids = torch.randint(4, VOCABULARY, (1, length), generator=random)
        run = lambda: double(ids, torch.ones_like(ids))
        predicted = int(run()[0].argmax())
        targets = []
        for target in (predicted, (predicted + 1) % 3):
            logits, relevance = gradient_times_input(embedding, run, target)
            zero = torch.zeros(embedding.weight.shape[1], dtype=torch.float64)
            base, integrated = integrated_gradients(embedding, run, target, zero, STEPS)
            targets.append(
                {
                    "class": target,
                    "baselineLogit": float(base[target]),
                    "gradTimesInput": relevance.tolist(),
                    "integratedGradients": integrated.tolist(),
                }
            )
        records.append({"ids": ids[0].tolist(), "logits": logits.tolist(), "predicted": predicted, "targets": targets})
    return records


def main() -> None:
    torch.set_num_threads(1)
    root, names = Path(sys.argv[1]), sys.argv[2:] or [*FAMILIES, *RECURRENT]
    for name in names:
        for exporter in ("torchscript", "dynamo"):
            folder = root / f"{name}-{exporter}"
            folder.mkdir(parents=True, exist_ok=True)
            model = build(name)
            ids = torch.randint(4, VOCABULARY, (2, 12))
            mask = {} if name in RECURRENT else {"attention_mask": torch.ones_like(ids)}
            fed = {"input_ids": ids, **mask}
            try:
                export = export_torchscript if exporter == "torchscript" else export_dynamo
                export(Logits(model).eval(), fed, folder / "model.onnx")
            except Exception as error:
                print(f"{name} {exporter}: not exported, {type(error).__name__}: {str(error).splitlines()[0][:120]}")
                folder.rmdir()
                continue
            content = {"steps": STEPS, "texts": golden(model)}
            (folder / "golden.json").write_text(json.dumps(content))
            print(f"{name} {exporter}")


main()
