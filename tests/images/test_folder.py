"""Folders of pictures: what is read, what is refused, and what is said of it."""

from __future__ import annotations

import io
import struct
import tracemalloc
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from equipoise.errors import FindingWarning, InputError
from equipoise.images import read_folder
from equipoise.images.writing import write_folder

SIDE = 8


def picture(mode="RGB", shade=200):
    return Image.new("RGB", (SIDE, SIDE), (shade, 10, 10)).convert(mode)


def sound(folder, count=3):
    for number in range(count):
        picture().save(folder / f"sound{number}.png")


def test_sub_folders_are_labels_in_order_of_the_paths(tmp_path):
    for label, shade in (("dog", 90), ("cat", 30)):
        (tmp_path / label).mkdir()
        picture("L", shade).save(tmp_path / label / "1.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    read = read_folder(tmp_path)
    assert read.labels.tolist() == ["cat", "dog"]
    assert read.images.shape == (2, SIDE, SIDE)
    assert read.images[0].mean() < read.images[1].mean()


def bomb():
    """A PNG of some bytes that claims 30,000 x 30,000 pixels."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def truncated():
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(buffer, "png")
    return buffer.getvalue()[:2000]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"hello", "it is not a picture"), (b"", "it is not a picture"), (truncated(), "it is damaged"),
     (bomb(), "more than 64,000,000")],
    ids=["broken", "empty", "truncated", "bomb"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_left_out_and_named(tmp_path, content, why):
    sound(tmp_path)
    (tmp_path / "bad.png").write_bytes(content)
    with pytest.warns(FindingWarning, match=f"1 left out: bad.png: .*{why}"):
        read = read_folder(tmp_path)
    assert len(read.images) == 3
    assert list(read.refused) == ["bad.png"]


def test_more_bad_files_than_good_ones_are_an_error(tmp_path):
    sound(tmp_path, 1)
    for number in range(2):
        (tmp_path / f"bad{number}.jpg").write_bytes(b"hello")
    with pytest.raises(InputError, match="2 of 3 files"):
        read_folder(tmp_path)


def test_cmyk_becomes_rgb(tmp_path):
    sound(tmp_path)
    picture("CMYK").save(tmp_path / "sound9.tif")
    with pytest.warns(FindingWarning, match="1 picture CMYK"):
        read = read_folder(tmp_path)
    assert read.images.shape == (4, SIDE, SIDE, 3)
    np.testing.assert_allclose(read.images[3, 0, 0], [200, 10, 10], atol=2)


def test_sixteen_bits_become_eight(tmp_path):
    Image.fromarray(np.full((SIDE, SIDE), 65535 // 2, np.uint16)).save(tmp_path / "deep.png")
    Image.new("L", (SIDE, SIDE), 7).save(tmp_path / "flat.png")
    with pytest.warns(FindingWarning, match="16 bits"):
        images = read_folder(tmp_path).images
    assert images[:, 0, 0].tolist() == [127, 7]


def test_of_an_animation_the_first_frame_is_taken(tmp_path):
    frames = [picture("L", 250), picture("L", 5)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    with pytest.warns(FindingWarning, match="first of several frames"):
        images = read_folder(tmp_path).images
    assert images.max() > 60


def test_a_picture_is_turned_as_its_exif_data_say(tmp_path):
    upright = np.zeros((SIDE, SIDE), np.uint8)
    upright[0] = 255  # the first row; turned by a quarter it is the last column
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(upright).save(tmp_path / "turned.png", exif=exif)
    with pytest.warns(FindingWarning, match="EXIF"):
        images = read_folder(tmp_path).images
    assert (images[0, :, -1] == 255).all()
    assert images[0, 1:-1, :-1].max() == 0


def test_opacity_is_kept_where_all_have_it_and_laid_on_white_otherwise(tmp_path):
    Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert read_folder(tmp_path).images.shape == (1, SIDE, SIDE, 4)
    picture().save(tmp_path / "b.png")
    with pytest.warns(FindingWarning, match="laid on white"):
        images = read_folder(tmp_path).images
    assert images[0].min() == 255


def test_sizes_that_differ_are_named_and_size_mends_them(tmp_path):
    sound(tmp_path)
    Image.new("RGB", (20, 10)).save(tmp_path / "wide.png")
    with pytest.raises(InputError, match=r"wide\.png is 20 x 10, most are 8 x 8 .*give size"):
        read_folder(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it was asked for: nothing to say
        assert read_folder(tmp_path, size=(6, 4)).images.shape == (4, 6, 4, 3)


def test_what_is_no_folder_of_pictures_is_said(tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        read_folder(tmp_path / "absent")
    with pytest.raises(InputError, match="holds no picture"):
        read_folder(tmp_path)
    sound(tmp_path, 1)
    (tmp_path / "sub").mkdir()
    picture().save(tmp_path / "sub" / "x.png")
    with pytest.raises(InputError, match="both in itself"):
        read_folder(tmp_path)
    with pytest.raises(InputError, match="size="):
        read_folder(tmp_path, size=(3, 0))


def noise(folder, count=40):
    for number in range(count):
        place = folder / ("odd" if number % 2 else "even")
        place.mkdir(exist_ok=True)
        shades = np.random.default_rng(number).integers(0, 255, (48, 48, 3), np.uint8)
        Image.fromarray(shades).save(place / f"{number:03}.png")


def test_pictures_beyond_the_memory_are_mapped_and_the_same(tmp_path):
    noise(tmp_path)
    held, mapped = read_folder(tmp_path), read_folder(tmp_path, memory=20 * 48 * 48 * 3)
    assert not isinstance(held.images, np.memmap)
    assert isinstance(mapped.images, np.memmap)
    np.testing.assert_array_equal(mapped.images, held.images)
    assert mapped.labels.tolist() == held.labels.tolist()


def test_what_is_mapped_takes_no_memory(tmp_path):
    noise(tmp_path)
    total = 40 * 48 * 48 * 3
    read_folder(tmp_path, memory=0)  # what is imported at the first call is no memory of the images
    tracemalloc.start()
    read_folder(tmp_path, memory=0)
    mapped = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    read_folder(tmp_path)
    assert tracemalloc.get_traced_memory()[1] > total
    tracemalloc.stop()
    assert mapped < total / 2


def test_new_pictures_do_not_mix_with_others(tmp_path):
    images = np.zeros((5, 4, 4), np.uint8)
    write_folder(images, None, tmp_path)
    write_folder(images + 1, None, tmp_path)  # the same files anew
    for more, labels in ((np.zeros((64, 4, 4), np.uint8), None), (images, list("aabbb"))):
        with pytest.raises(InputError, match=r"holds 5 other pictures, such as 0\.png"):
            write_folder(more, labels, tmp_path)
    assert len(list(tmp_path.rglob("*.png"))) == 5


def test_a_label_too_few_is_said_before_anything_is_written(tmp_path):
    with pytest.raises(InputError, match="there are 4 labels for 5 images"):
        write_folder(np.zeros((5, 4, 4), np.uint8), ["a"] * 4, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("size", [8.0, True, (8, True), (8,), (8, 8, 8), 0, 5000, "8"])
def test_sizes_are_whole_numbers(size, tmp_path):
    write_folder(np.zeros((2, 4, 4), np.uint8), None, tmp_path)
    with pytest.raises(InputError, match="is not a height and a width"):
        read_folder(tmp_path, size)
    assert read_folder(tmp_path, np.int64(8)).images.shape == (2, 8, 8)
