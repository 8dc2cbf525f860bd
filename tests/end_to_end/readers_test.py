"""Every common reader reads the archive to its end."""
import gzip
import hashlib
import os
import shutil
import subprocess
import tarfile
import unittest

from support import RoostCase, aviary_data, write

GO_READER = """
package main

import ("archive/tar"; "compress/gzip"; "fmt"; "io"; "os")

func main() {
	file, _ := os.Open(os.Args[1])
	zip, err := gzip.NewReader(file)
	if err != nil { panic(err) }
	reader := tar.NewReader(zip)
	for {
		header, err := reader.Next()
		if err == io.EOF { break }
		if err != nil { panic(err) }
		size, err := io.Copy(io.Discard, reader)
		if err != nil { panic(err) }
		if size != header.Size { panic("size") }
		fmt.Println(size)
	}
	if _, err := io.Copy(io.Discard, zip); err != nil { panic(err) }
}
"""


class Readers(RoostCase):
    def setUp(self):
        super().setUp()
        users = aviary_data(self.data)
        pdfs = self.data / "users" / users[0] / "pdfs"
        write(pdfs / "random.bin", os.urandom(5_000_000), 0o644, 1_600_000_000)
        write(pdfs / "zeros.bin", bytes(20_000_000), 0o644, 1_600_000_000)
        self.target = self.backup()
        self.tar = gzip.decompress(self.target.read_bytes())
        with tarfile.open(self.target, "r:gz") as tar:
            self.sizes = [m.size for m in tar]

    def output(self, *command, **more):
        return subprocess.run(command, capture_output=True, check=True, timeout=60, **more).stdout

    def test_it_is_one_gzip_member(self):
        import zlib
        one = zlib.decompressobj(31)
        self.assertEqual(hashlib.sha256(one.decompress(self.target.read_bytes())).digest(), hashlib.sha256(self.tar).digest())
        self.assertTrue(one.eof)
        self.assertEqual(one.unused_data, b"")

    def test_gunzip_and_pigz(self):
        self.output("gzip", "-t", self.target)
        self.assertEqual(self.output("gunzip", "-c", self.target), self.tar)
        self.assertEqual(self.output("pigz", "-dc", self.target), self.tar)

    def test_gnu_tar_and_bsdtar(self):
        count = len(self.sizes)
        self.assertEqual(len(self.output("tar", "tzf", self.target, "--quoting-style=escape").splitlines()), count)
        listed = self.folder / "bsd"
        listed.mkdir()
        self.output("bsdtar", "-xf", self.target, "-C", listed)
        self.assertEqual(sum(len(f) + len(d) for _, d, f in os.walk(listed)) >= count - 1, True)

    def test_python_with_and_without_seeking(self):
        for mode in ("r:gz", "r|gz"):
            with tarfile.open(self.target, mode) as tar:
                self.assertEqual([m.size for m in tar], self.sizes, mode)

    @unittest.skipUnless(shutil.which("go"), "Go is not installed")
    def test_go(self):
        source = self.folder / "read.go"
        source.write_text(GO_READER)
        sizes = self.output("go", "run", source, self.target, env=dict(os.environ, GOCACHE=str(self.folder / "cache"), GOFLAGS="-mod=mod"))
        self.assertEqual([int(l) for l in sizes.splitlines()], self.sizes)


if __name__ == "__main__":
    unittest.main()
