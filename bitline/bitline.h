// All that a program that links Bitline includes: a network comes from a file, an ArraySpec says
// what it lies on, a Study finds its ADCs, and an AdcPlan holds them. Equations and words are those
// of docs/arithmetic.md. Everything throws Error (base/error.h), whose message is one line that
// names the thing, its value, the limit and the remedy; nothing prints.
#pragma once

#include "bitline/adc/adc_plan.h"
#include "bitline/base/error.h"
#include "bitline/base/parallel.h"
#include "bitline/base/progress.h"
#include "bitline/base/version.h"
#include "bitline/data/cifar10.h"
#include "bitline/data/cifar100.h"
#include "bitline/data/class_balanced_sample.h"
#include "bitline/data/dataset.h"
#include "bitline/data/mnist.h"
#include "bitline/data/numpy_arrays.h"
#include "bitline/data/sample_file.h"
#include "bitline/graph/network_file.h"
#include "bitline/importer/load_network.h"
#include "bitline/library/study.h"
#include "bitline/mapping/network_arrays.h"
