#include "bitline/train/distillation.h"

namespace bitline {

at::Tensor training_loss(const at::Tensor& logits, const at::Tensor& labels,
                         const at::Tensor& images, std::optional<Teacher>& teacher) {
  at::Tensor of_labels = at::cross_entropy_loss(logits, labels);
  if (!teacher) return of_labels;
  const auto [share, temperature] = teacher->distillation;
  at::Tensor wanted;
  {
    const at::NoGradGuard no_grad;
    wanted = at::log_softmax(teacher->network.forward(images, false) / temperature, 1);
  }
  const at::Tensor answers = at::log_softmax(logits / temperature, 1);
  const at::Tensor divergence = (wanted.exp() * (wanted - answers)).sum(1).mean();
  const at::Tensor of_teacher = divergence * (temperature * temperature);
  return of_labels * (1 - share) + of_teacher * share;
}

}  // namespace bitline
