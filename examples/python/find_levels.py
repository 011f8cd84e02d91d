"""Finds the best ADC ranges of a network's layers for each number of levels, and keeps the plans:

    python3 find_levels.py NETWORK IMAGES FOLDER LEVELS...
"""

import pathlib
import sys

import bitline


def main() -> None:
    if len(sys.argv) < 5:
        sys.exit("NETWORK IMAGES FOLDER LEVELS... are needed")
    network, images, folder, *levels = sys.argv[1:]
    study = bitline.Study(
        bitline.Network.from_file(network),
        bitline.Dataset.from_file(images),
        data={"images_per_class": 50, "mean": [0.485, 0.456, 0.406],
              "deviation": [0.229, 0.224, 0.225]},
        array={"columns_per_adc": 8},  # 128 × 128, cells and DACs of one bit, differential pairs
    )
    correct, count = study.lossless()
    print(f"lossless: {correct} of {count}")
    for number in levels:
        found = study.search(int(number))
        print(f"{number} levels: {found.correct}")
        found.plan.save(pathlib.Path(folder) / f"L{number}.json")


if __name__ == "__main__":
    main()
