package fakeaws_test

import (
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// served is a served simulator, to which the tests of this package add methods.
type served struct{ fakeawstest.Served }

const (
	east        = fakeawstest.East
	west        = fakeawstest.West
	westCluster = fakeawstest.WestCluster
)

var (
	testStart = fakeawstest.Start
	codeOf    = fakeawstest.CodeOf
	readAll   = fakeawstest.ReadAll
)

func serve(t testing.TB) served       { return served{fakeawstest.Serve(t)} }
func serveTable(t testing.TB) served  { return served{fakeawstest.ServeTable(t)} }
func serveAurora(t testing.TB) served { return served{fakeawstest.ServeAurora(t)} }
