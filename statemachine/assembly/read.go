package assembly

import (
	"errors"
	"io/fs"
)

// Placeholder is the account for which stacks that name no account are read in rehearsals.
const Placeholder = "111122223333"

// Default returns the checked-in assembly: what infra synthesizes from the context in cdk.json, with the hashes of the
// function archives blanked. A test in infra keeps it equal to a fresh synthesis.
func Default() (*Assembly, error) { return nil, errors.New("the default assembly: not synthesized yet") }

// Read reads the assembly in a directory such as cdk.out. The account stands in where a stack names none. All that
// cannot be understood is one joined error; each part names the stack, the resource and the type or intrinsic function.
func Read(dir fs.FS, account string) (*Assembly, error) {
	return nil, errors.New("read assembly: not written yet")
}
