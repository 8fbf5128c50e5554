package failover

import (
	"fmt"
	"regexp"
)

// Region is an AWS Region by its code, such as us-west-2.
type Region string

var regionCode = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-\d{1,2}$`)

// ParseRegion checks that code has the form of a Region code. It does not know which Regions exist: new ones are opened
// every year, and a plan must not need a new release of Drover to move there.
func ParseRegion(code string) (Region, error) {
	if !regionCode.MatchString(code) {
		return "", fmt.Errorf("%q is not a Region code; expected one like us-west-2", code)
	}
	return Region(code), nil
}
