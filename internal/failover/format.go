package failover

import "fmt"

// Format is the format of all that this version of Drover stores or passes on: the fences, the items of the registry,
// the reports, the questions of approvals and their answers, and the payloads between the states. It grows by one with
// every release that stores anything which the release before cannot read. Each stored thing says its format; one that
// says none is of format 1, which release 0.1.0 has written.
//
// A version reads its own format and [OldestFormat]. What only it can read, it writes once both Regions run it ([Run].Writes):
//
//   - fences (see [Fence]): format 1 has one under [OldFenceName]. Until both Regions run this version, a batch writes both;
//   - large waves, spread over several partition keys (package registry): format 1 has one.
//
// All else differs by what has been added to it, which release 0.1.0 does not read and does not need.
const Format = 2

// OldestFormat is the oldest format that this version reads: that of the release before.
const OldestFormat = Format - 1

// CheckFormat returns what keeps this version from reading a stored thing of a format, or nil; a format of 0 is that of a
// thing that says none.
func CheckFormat(what string, format int) error {
	if format == 0 {
		format = OldestFormat
	}
	if format >= OldestFormat && format <= Format {
		return nil
	}
	age := "a newer"
	if format < OldestFormat {
		age = "an older"
	}
	return Fail(UnknownFormat, fmt.Errorf("%s: it has format %d, of %s version of Drover; expected format %d or %d; deploy that version to both Regions, then start again",
		what, format, age, OldestFormat, Format))
}
