package scenario

import "testing"

func TestPlurals(t *testing.T) {
	for want, got := range map[string]string{
		"1 batch": Plural(1, "batch"), "2 batches": Plural(2, "batch"), "0 records": Plural(0, "record"),
		"3 queries": Plural(3, "query"), "2 boxes": Plural(2, "box"),
	} {
		if got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}
