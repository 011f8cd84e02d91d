import json

import numpy as np
import pytest

import bitline


def test_layers_lie_on_the_array(study):
    mapping = study.map()
    layers = [node["name"] for node in mapping.nodes if "fan_in" in node]
    # three stages of three blocks of two convolutions, and two on shortcuts; the first one and the
    # classifier stay digital
    assert len(layers) == 3 * 3 * 2 + 2 and "conv1" not in layers
    assert mapping.to_dict()["nodes"][0]["name"] == "conv1"


def test_logits_are_those_that_evaluation_counts(study, test_images):
    found = study.search(4, "csnr")
    logits = study.logits(found.plan)
    evaluation = study.evaluate(found.plan)
    right = logits.argmax(axis=1) == test_images.labels
    np.testing.assert_array_equal(evaluation.right, right)
    assert evaluation.accuracy == right.mean()
    assert logits.dtype == np.float32 and logits.shape == (100, 10)


def test_without_a_plan_adcs_are_lossless(study):
    np.testing.assert_array_equal(study.logits(), study.logits(mode="lossless"))
    right, images = study.lossless()
    assert study.evaluate(images=study.sample()).correct == right
    assert images == 40


def test_histograms_count_every_conversion(study):
    parts = study.profile()
    layers = {part.layer for part in parts}
    assert len(layers) == 20
    by_layer = {
        layer: {int(part.counts.sum()) for part in parts if part.layer == layer} for layer in layers
    }
    # as many conversions in each plane and stream of a layer
    assert all(len(counts) == 1 for counts in by_layer.values())
    # 40 images, 32 x 32 places, 16 outputs, one differential column read for each
    assert by_layer["stage1.block1.conv1"].pop() in (40 * 1024 * 16 * 2, 40 * 1024 * 16 * 4)
    part = parts[0]
    assert part.sums[0] == part.minimum and len(part.sums) == len(part.counts)


def test_search_is_exhaustive_and_its_curves_are_a_table(study):
    found = study.search(3, "network-wise")
    assert found.images == 40 and 0 < found.correct <= 40
    assert found.images_measured <= found.images_in_full
    winners = [row for row in found.curves if row["status"] == "winner"]
    assert len(winners) == 1 and winners[0]["correct"] == found.correct
    assert set(found.plan.levels.values()) == {3}


def test_options_of_a_call_hold_for_that_call(study):
    odd = study.search(4, "network-wise", delta_step=4)
    assert {row["delta"] % 4 for row in odd.curves} == {0}
    plain = study.search(4, "network-wise")
    assert {row["delta"] % 4 for row in plain.curves} == {0, 1, 2, 3}


def test_a_plan_goes_round(study, tmp_path):
    plan = study.search(3, "csnr").plan
    plan.save(tmp_path / "plan.json")
    assert bitline.Plan.load(tmp_path / "plan.json") == plan
    assert json.loads(plan.to_json()) == plan.to_dict()
    assert plan != bitline.Plan() and hash(plan) == hash(bitline.Plan.from_json(plan.to_json()))


def test_recalibration_moves_statistics_and_nothing_else(study, network):
    plan = study.search(3, "csnr").plan
    moved = study.recalibrate(plan)
    changed = [
        key
        for key in network.tensors
        if not np.array_equal(network.tensor(key), moved.tensor(key))
    ]
    assert changed and all("mean" in key or "variance" in key for key in changed)
    assert study.evaluate(plan, network=moved).images == 100


def test_cost_and_explanation_are_documents(study):
    plan = study.search(4, "csnr").plan
    cost = study.cost(plan)
    assert cost.to_dict()["baseline_levels"] == cost.baseline_levels
    # fewer baseline levels, less to save
    fewer = study.cost(plan, baseline_levels=8)
    assert fewer["energy_saved"] < cost["energy_saved"]
    with pytest.raises(AttributeError, match="no member is called 'energie'"):
        cost.energie
    assert "<table>" in cost._repr_html_()


def test_golden_vectors_are_written(study, tmp_path):
    study.export_golden(tmp_path / "golden", layers=["stage3.block3.conv2"])
    assert (tmp_path / "golden" / "manifest.json").exists()


def test_names_of_options_are_those_of_the_configuration(network, training):
    with pytest.raises(bitline.Error, match="unknown key 'array.row'; did you mean 'rows'"):
        bitline.Study(network, training, array={"row": 128})
    keys = {(option.table, option.key) for option in bitline.options()}
    assert ("array", "rows") in keys and ("", "seed") in keys and ("search", "levels") in keys
    assert {option.table for option in bitline.options("cost")} == {"cost"}
    with pytest.raises(ValueError, match="no table is called 'costs'"):
        bitline.options("costs")


def test_texts_in_options_cannot_become_other_options(network, training):
    with pytest.raises(bitline.Error) as raised:
        bitline.Study(network, training, array={"encoding": '"\n[search]\nlevels = [2]\nx = "'})
    assert "encoding" in str(raised.value)


def test_a_plan_of_another_network_is_refused(study, training):
    other = bitline.Network.built_in("vgg9", width=0.05)
    with pytest.raises(bitline.Error, match="grid"):
        bitline.Study(other, training, progress=None).search(4, "csnr")
    plan = study.search(4, "csnr").plan
    document = plan.to_dict()
    document["layers"] = {"nowhere": next(iter(document["layers"].values()))}
    renamed = bitline.Plan.from_json(json.dumps(document))
    with pytest.raises(bitline.Error, match="nowhere"):
        study.evaluate(renamed)


def test_test_images_are_asked_for(network, training):
    without = bitline.Study(network, training, data={"images_per_class": 2}, progress=None)
    with pytest.raises(ValueError, match="no test images"):
        without.evaluate()
    with pytest.raises(ValueError, match="give the study some"):
        without.run("nowhere")
