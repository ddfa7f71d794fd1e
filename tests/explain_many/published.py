"""What others have published of networks, to the unit where they did."""

#: Parameters of keras.applications, to the unit, from the table of https://keras.io/api/applications/ as it was until
#: 2021.
PARAMETERS = {
    **{"Xception": 22_910_480, "VGG16": 138_357_544, "VGG19": 143_667_240, "ResNet50": 25_636_712},
    **{"ResNet101": 44_707_176, "ResNet152": 60_419_944, "ResNet50V2": 25_613_800, "ResNet101V2": 44_675_560},
    **{"ResNet152V2": 60_380_648, "InceptionV3": 23_851_784, "InceptionResNetV2": 55_873_736, "MobileNet": 4_253_864},
    **{"MobileNetV2": 3_538_984, "DenseNet121": 8_062_504, "DenseNet169": 14_307_880, "DenseNet201": 20_242_984},
    **{"NASNetMobile": 5_326_716, "EfficientNetB0": 5_330_571},
}

#: Side of the images where it is not 224.
SIDES = {"Xception": 299, "InceptionV3": 299, "InceptionResNetV2": 299}

#: Size, jump and padding before the image of receptive fields: A. Araujo, W. Norris and J. Sim (2019), Computing
#: Receptive Fields of Convolutional Neural Networks, Distill, https://doi.org/10.23915/distill.00021, from the table of
#: their library, github.com/google-research/receptive_field, for images of 224×224, or any where padding is even.
#: Keras' ResNetV2 pads its pooling on both sides, where theirs pads behind: of these no padding is compared.
FIELDS = {
    "VGG16": {
        "block1_conv1": (3, 1, 1), "block1_pool": (6, 2, 2), "block2_conv1": (10, 2, 4), "block2_pool": (16, 4, 6),
        "block3_conv1": (24, 4, 10), "block3_conv2": (32, 4, 14), "block3_pool": (44, 8, 18),
        "block4_conv1": (60, 8, 26), "block4_conv2": (76, 8, 34), "block4_pool": (100, 16, 42),
        "block5_conv1": (132, 16, 58), "block5_conv2": (164, 16, 74), "block5_pool": (212, 32, 90),
    },
    "InceptionV3": {"mixed10": (1311, 32, 618)},
    "InceptionResNetV2": {
        "mixed_5b": (63, 8, 18), "mixed_6a": (415, 16, 186), "mixed_7a": (2399, 32, 1162), "conv_7b": (3039, 32, 1482),
    },
    "MobileNet": {
        "conv1": (3, 2, 0), "conv_pw_1": (7, 2, 2), "conv_pw_2": (11, 4, 2), "conv_pw_3": (19, 4, 6),
        "conv_pw_4": (27, 8, 6), "conv_pw_5": (43, 8, 14), "conv_pw_6": (59, 16, 14), "conv_pw_7": (91, 16, 30),
        "conv_pw_8": (123, 16, 46), "conv_pw_9": (155, 16, 62), "conv_pw_10": (187, 16, None),
        "conv_pw_11": (219, 16, None), "conv_pw_12": (251, 32, None), "conv_pw_13": (315, 32, 126),
    },
    "ResNet50V2": {
        "conv2_block3_out": (35, 8, None), "conv3_block4_out": (99, 16, None), "conv4_block6_out": (291, 32, None),
        "conv5_block3_out": (483, 32, None),
    },
    "ResNet101V2": {
        "conv2_block3_out": (35, 8, None), "conv3_block4_out": (99, 16, None), "conv4_block23_out": (835, 32, None),
        "conv5_block3_out": (1027, 32, None),
    },
    "ResNet152V2": {
        "conv2_block3_out": (35, 8, None), "conv3_block8_out": (163, 16, None), "conv4_block36_out": (1315, 32, None),
        "conv5_block3_out": (1507, 32, None),
    },
    "alexnet_v2": {
        "conv1": (11, 4, 0), "pool1": (19, 8, 0), "conv2": (51, 8, 16), "conv3": (99, 16, 32), "conv4": (131, 16, 48),
        "conv5": (163, 16, 64), "pool5": (195, 32, 64),
    },
    "resnet_v1_50": {"stage1": (35, 8, 15), "stage2": (99, 16, 47), "stage3": (291, 32, 143), "stage4": (483, 32, 239)},
    "resnet_v1_101": {
        "stage1": (35, 8, 15), "stage2": (99, 16, 47), "stage3": (835, 32, 415), "stage4": (1027, 32, 511),
    },
    "resnet_v1_152": {
        "stage1": (35, 8, 15), "stage2": (163, 16, 79), "stage3": (1315, 32, 655), "stage4": (1507, 32, 751),
    },
}  # fmt: skip

#: Parameters, and thousand millions of multiply-adds to the third place, of networks of torchvision, as the package
#: notes them beside its weights (``num_params`` and ``_ops``; docs.pytorch.org/vision/stable/models.html).
TORCHVISION = {
    "alexnet": (61_100_840, 0.714), "resnet18": (11_689_512, 1.814), "resnet34": (21_797_672, 3.664),
    "resnet50": (25_557_032, 4.089), "resnext50_32x4d": (25_028_904, 4.23), "squeezenet1_1": (1_235_496, 0.349),
    "mobilenet_v2": (3_504_872, 0.301),
}  # fmt: skip
