// The attributes of every operator by name, for the file format. Internal to graph/.
#pragma once

#include <array>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "bitline/base/json.h"
#include "bitline/graph/operators.h"

namespace bitline {

/// Calls visit(name, member) for every attribute of an operator: the one list that reading and
/// writing share. An operator with members and without a list does not compile.
template <typename Op, typename Visit>
requires std::is_empty_v<Op>
void visit_attributes(Op&, Visit&&) {}
template <typename Visit>
void visit_attributes(Input& op, Visit&& visit) {
  visit("shape", op.shape);
}
template <typename Visit>
void visit_attributes(Conv& op, Visit&& visit) {
  visit("stride", op.stride);
  visit("padding", op.padding);
  visit("dilation", op.dilation);
  visit("groups", op.groups);
}
template <typename Visit>
void visit_attributes(ConvTranspose& op, Visit&& visit) {
  visit("stride", op.stride);
  visit("padding", op.padding);
  visit("dilation", op.dilation);
  visit("output_padding", op.output_padding);
  visit("groups", op.groups);
}
template <typename Visit>
void visit_attributes(BatchNorm& op, Visit&& visit) {
  visit("epsilon", op.epsilon);
}
template <typename Visit>
void visit_attributes(Windows& windows, Visit&& visit) {
  visit("kernel", windows.kernel);
  visit("stride", windows.stride);
  visit("padding", windows.padding);
  visit("dilation", windows.dilation);
  visit("ceil", windows.ceil);
}
template <typename Visit>
void visit_attributes(MaxPool& op, Visit&& visit) {
  visit_attributes(op.windows, visit);
}
template <typename Visit>
void visit_attributes(AveragePool& op, Visit&& visit) {
  visit_attributes(op.windows, visit);
  visit("count_padding", op.count_padding);
}
template <typename Visit>
void visit_attributes(Unary& op, Visit&& visit) {
  visit("function", op.function);
  visit("alpha", op.alpha);
  visit("beta", op.beta);
}
template <typename Visit>
void visit_attributes(Binary& op, Visit&& visit) {
  visit("function", op.function);
}
template <typename Visit>
void visit_attributes(Softmax& op, Visit&& visit) {
  visit("axis", op.axis);
}
template <typename Visit>
void visit_attributes(LayerNorm& op, Visit&& visit) {
  visit("axis", op.axis);
  visit("epsilon", op.epsilon);
}
template <typename Visit>
void visit_attributes(GroupNorm& op, Visit&& visit) {
  visit("groups", op.groups);
  visit("epsilon", op.epsilon);
}
template <typename Visit>
void visit_attributes(ReduceMean& op, Visit&& visit) {
  visit("axes", op.axes);
  visit("keep_axes", op.keep_axes);
}
template <typename Visit>
void visit_attributes(Concat& op, Visit&& visit) {
  visit("axis", op.axis);
}
template <typename Visit>
void visit_attributes(Gather& op, Visit&& visit) {
  visit("axis", op.axis);
  visit("indices", op.indices);
}
template <typename Visit>
void visit_attributes(Reshape& op, Visit&& visit) {
  visit("shape", op.shape);
}
template <typename Visit>
void visit_attributes(Transpose& op, Visit&& visit) {
  visit("order", op.order);
}
template <typename Visit>
void visit_attributes(Pad& op, Visit&& visit) {
  visit("before", op.before);
  visit("behind", op.behind);
  visit("value", op.value);
}

template <typename Visit>
void visit_attributes(MultiThreshold& op, Visit&& visit) {
  visit("axis", op.axis);
  visit("scale", op.scale);
  visit("bias", op.bias);
}

/// As JSON holds an attribute: [height, width], [top, left, bottom, right], a function's name.
/// Infinite numbers, which JSON does not have, are the strings "inf" and "-inf".
template <typename Member>
nlohmann::ordered_json attribute_to_json(const Member& member) {
  return member;
}
nlohmann::ordered_json attribute_to_json(double number);
nlohmann::ordered_json attribute_to_json(const Extents& extents);
nlohmann::ordered_json attribute_to_json(const Padding& padding);
template <NamedEnum E>
nlohmann::ordered_json attribute_to_json(const E& value) {
  return name_of(value);
}

/// The inverse; one number for both or all four is understood. Throws Error or the JSON library's
/// exception where the JSON is something else.
template <typename Member>
void attribute_from_json(const nlohmann::ordered_json& json, Member& member) {
  json.get_to(member);
}
void attribute_from_json(const nlohmann::ordered_json& json, double& number);
void attribute_from_json(const nlohmann::ordered_json& json, Extents& extents);
void attribute_from_json(const nlohmann::ordered_json& json, Padding& padding);
template <NamedEnum E>
void attribute_from_json(const nlohmann::ordered_json& json, E& value) {
  value = from_name<E>(json.get<std::string>(), ErrorKind::kFailure);
}

}  // namespace bitline
