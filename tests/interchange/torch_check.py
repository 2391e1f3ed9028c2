#!/usr/bin/env python3
"""Models between PyTorch and nnscope: TAP, a line for each.

    torch_check.py --quick | --full | --nets NAME,... [--opsets 9,13]

--quick: small nets alone, two opsets. NN_BUILD is the folder of the program, NN_SOURCE that of the sources.
"""
import argparse
import sys

import torch_models
import torch_weights
from tap import Tap


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--nets", type=lambda text: text.split(","))
    parser.add_argument("--opsets", type=lambda text: [int(n) for n in text.split(",")])
    args = parser.parse_args()
    tap = Tap()
    torch_models.check(tap, args.quick, args.nets, args.opsets)
    if not args.nets:
        torch_weights.check(tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
