// A teacher: another network whose answers are learned from besides the labels.
#pragma once

#include <optional>

#include "bitline/recipe/train_options.h"
#include "bitline/train/trainable_network.h"

namespace bitline {

/// The network that was retrained, as it came, with lossless ADCs.
struct Teacher {
  TrainableNetwork network;
  Distillation distillation;
};

/// What a step descends: equation (20) of docs/arithmetic.md, the cross-entropy of the labels where
/// there is no teacher. `logits` [batch, classes] are the network's answers to `images`, `labels`
/// [batch] I64. The teacher's answers have no gradient.
at::Tensor training_loss(const at::Tensor& logits, const at::Tensor& labels,
                         const at::Tensor& images, std::optional<Teacher>& teacher);

}  // namespace bitline
