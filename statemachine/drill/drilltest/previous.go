package drilltest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/drill"
)

// previousArchive holds the sources of the Lambdas and the synthesized stacks of the release before this one, as they
// were released. It was made in the work tree of that release by
//
//	git archive --format=tar COMMIT go.mod go.sum internal lambdas statemachine/assembly/default
//
// without the tests, and gzip -9n.
const previousArchive = "statemachine/drills/testdata/release-0.1.0.tar.gz"

// Previous returns the release before this one: its stacks, and its functions built for this machine from its own
// sources, with nothing but the modules that are here already.
func Previous(tb testing.TB) *drill.Previous {
	tb.Helper()
	previous, err := buildPrevious()
	if err != nil {
		tb.Fatal(err)
	}
	return previous
}

var buildPrevious = sync.OnceValues(func() (*drill.Previous, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("find the module: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(out)))
	archive, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(previousArchive)))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(archive)
	dir := filepath.Join(root, "dist", "previous", hex.EncodeToString(sum[:8])) // what it is made of never changes
	if err := unpack(archive, filepath.Join(dir, "src")); err != nil {
		return nil, fmt.Errorf("unpack %s: %w", previousArchive, err)
	}
	mains, err := filepath.Glob(filepath.Join(dir, "src", "lambdas", "*", "bootstrap"))
	if err != nil || len(mains) == 0 {
		return nil, fmt.Errorf("no Lambdas in %s: %w", previousArchive, err)
	}
	for _, main := range mains {
		cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w",
			"-o", filepath.Join(dir, "bin", filepath.Base(filepath.Dir(main)), "bootstrap"), ".")
		cmd.Dir = main
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build %s of %s: %w\n%s", main, previousArchive, err, out)
		}
	}
	stacks, err := assembly.Read(os.DirFS(filepath.Join(dir, "src", "statemachine", "assembly", "default")), assembly.Placeholder)
	return &drill.Previous{Assembly: stacks, Lambdas: filepath.Join(dir, "bin")}, err
})

// unpack writes the files of an archive below dir.
func unpack(archive []byte, dir string) error {
	zipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	files := tar.NewReader(zipped)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg || !filepath.IsLocal(header.Name) {
			continue
		}
		text, err := io.ReadAll(files)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(header.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return err
		}
	}
}
