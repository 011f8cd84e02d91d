// Files from elsewhere, in our float mode and in OpenCV's DNN module, which shares no code with us.
// BITLINE_MODELS names the folder that holds them; without it, or without OpenCV, nothing is
// tested.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "bitline/base/random.h"
#include "bitline/importer/import_onnx.h"
#include "bitline/runtime/executor.h"

#ifdef BITLINE_OPENCV
// OpenCV's headers do not pass our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wconversion"
#include <opencv2/dnn.hpp>
#pragma GCC diagnostic pop

namespace bitline {
namespace {

/// Image by image: OpenCV fixes an open batch at 1.
std::vector<float> opencv_logits(const std::string& path, const Tensor& images) {
  cv::dnn::Net net = cv::dnn::readNetFromONNX(path);
  std::vector<float> logits;
  for (std::int64_t i = 0; i < images.dim(0); ++i) {
    std::vector<int> shape{1};
    for (std::size_t axis = 1; axis < images.shape().size(); ++axis)
      shape.push_back(static_cast<int>(images.dim(axis)));
    Tensor image = images.slice(i, i + 1);
    net.setInput(cv::Mat(shape, CV_32F, image.data<float>().data()));
    const cv::Mat result = net.forward();
    logits.insert(logits.end(), result.begin<float>(), result.end<float>());
  }
  return logits;
}

TEST(IndependentRuntime, AgreesOnEveryLogit) {
  const char* folder = std::getenv("BITLINE_MODELS");
  if (folder == nullptr) GTEST_SKIP() << "BITLINE_MODELS is not set";
  const std::string path = std::string(folder) + "/resnet20-cifar10.onnx";
  Random random(1);
  Tensor images(DType::kF32, {8, 3, 32, 32});
  for (float& pixel : images.data<float>()) pixel = static_cast<float>(random.normal());
  const Tensor ours = Executor(import_onnx(path), MacMode::kFloat).logits(images);
  const std::vector<float> theirs = opencv_logits(path, images);
  ASSERT_EQ(static_cast<std::size_t>(ours.size()), theirs.size());
  float largest = 0;
  for (const float logit : theirs) largest = std::max(largest, std::abs(logit));
  for (std::size_t i = 0; i < theirs.size(); ++i)
    EXPECT_NEAR(ours.data<float>()[i], theirs[i], 1e-4F * largest) << i;
}

}  // namespace
}  // namespace bitline
#endif
