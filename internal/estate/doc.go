// Package estate reads hosted zones as they are and decides what of them Drover can move: zones in, an applications file and a
// list of what could not be decided out. It is pure: package survey reads the zones from AWS, and package conversion turns
// names into weighted pairs.
//
//   - set.go has a record set as Route 53 keeps it, zone.go a zone and its groups, which are the record sets of one name and type.
//   - region.go finds out which Region a record set belongs to.
//   - answers.go has what the user says where the zones do not.
//   - decide.go and policies.go decide about one group.
//   - gather.go makes applications of records, health.go proposes their health rules.
//   - file.go writes the applications file, undecided.go its comments.
package estate
