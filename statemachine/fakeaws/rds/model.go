package rds

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// required are the parameters that an operation must have, in the order of the API's model.
var required = map[string][]string{
	"SwitchoverGlobalCluster": {"GlobalClusterIdentifier", "TargetDbClusterIdentifier"},
	"FailoverGlobalCluster":   {"GlobalClusterIdentifier", "TargetDbClusterIdentifier"},
}

// identifiers are the parameters that the API's model gives the pattern and the length of an identifier. The identifier of
// DescribeDBClusters has neither.
var identifiers = []string{"GlobalClusterIdentifier", "TargetDbClusterIdentifier"}

var identifier = regexp.MustCompile(`^[A-Za-z][0-9A-Za-z-:._]{0,254}$`)

// check rejects parameters that the API's model does not allow. The codes are those of "Common errors" in the API Reference.
func (p params) check(operation string) *wire.Error {
	for _, name := range required[operation] {
		if !p.Has(name) {
			return wire.BadRequest("MissingParameter", "The request must contain the parameter %s.", name)
		}
	}
	for _, name := range identifiers {
		if p.Has(name) && !identifier.MatchString(p.Get(name)) {
			return wire.BadRequest("InvalidParameterValue", "The parameter %s is not a valid identifier. Identifiers must begin with a letter; "+
				"must contain only ASCII letters, digits, and hyphens; and must have 1 to 255 characters.", name)
		}
	}
	for _, name := range []string{"AllowDataLoss", "Switchover", "IncludeShared"} {
		if p.Has(name) && !slices.Contains([]string{"true", "false"}, p.Get(name)) {
			return wire.BadRequest("MalformedInput", "Invalid boolean value: %s", p.Get(name))
		}
	}
	if text := p.Get("MaxRecords"); p.Has("MaxRecords") {
		if _, err := strconv.Atoi(text); err != nil {
			return wire.BadRequest("MalformedInput", "Invalid integer value: %s", text)
		}
	}
	if p.Get("IncludeShared") == "true" {
		return wire.NotImplemented("the parameter IncludeShared of %s: no cluster is shared by another account", operation)
	}
	return nil
}
