package release

import (
	"regexp"
	"testing"
)

func TestTheVersionIsOneOfThreeNumbers(t *testing.T) {
	if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(Version) {
		t.Errorf("VERSION holds %q; expected a version such as 0.2.0", Version)
	}
}
