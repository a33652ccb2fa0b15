"""The two classifiers of the text tests: a BERT of two thin layers, and a convolution over embeddings without a mask."""

import torch
from torch import nn
from transformers import BertConfig, BertForSequenceClassification

from sentences import CLASSES

MAX_LENGTH = 64


def bert(vocabulary: int) -> nn.Module:
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=vocabulary,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=MAX_LENGTH,
            num_labels=len(CLASSES),
            attn_implementation="eager",
        )
    )
    # Positions as long as words: else the first LayerNorm hides how long a word's vector is, and with it most of its gradient.
    nn.init.normal_(model.bert.embeddings.position_embeddings.weight, std=0.5)
    return model


class Convolution(nn.Module):
    """Kim 2014: windows of three tokens, the largest answer of each filter, one linear layer."""

    def __init__(self, vocabulary: int):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 24, padding_idx=0)
        self.windows = nn.Conv1d(24, 32, 3, padding=1)
        self.head = nn.Linear(32, len(CLASSES))

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        x = self.embedding(input_ids).transpose(1, 2)
        return self.head(torch.relu(self.windows(x)).amax(2))


class Logits(nn.Module):
    """What is exported: the inputs that Hugging Face's exporters name, and the logits alone."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).logits
