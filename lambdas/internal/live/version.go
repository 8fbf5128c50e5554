package live

import (
	"cmp"
	"strconv"
	"strings"
)

// From these engine versions on, RDS promotes clusters without regard to their patch version; see "Patch level compatibility
// for managed cross-Region switchovers and failovers" in the Aurora User Guide. The map has the first such minor version of
// each major version of Aurora PostgreSQL; every later major version counts too.
var patchMayDiffer = map[int]int{11: 17, 12: 12, 13: 8, 14: 5}

const patchNeverCounts = 15

// VersionsFit says whether RDS promotes between clusters of two engine versions. Major and minor version must be the same. The
// patch must be the same too in Aurora MySQL, in older versions of Aurora PostgreSQL, and in engines that this package does not
// know.
func VersionsFit(engine, a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	x, y := numbersOf(a), numbersOf(b)
	if engine != "aurora-postgresql" || len(x) < 2 || len(y) < 2 || x[0] != y[0] || x[1] != y[1] {
		return false
	}
	first, listed := patchMayDiffer[x[0]]
	return x[0] >= patchNeverCounts || listed && x[1] >= first
}

// CompareVersions orders engine versions by their numbers, such as 8.0.mysql_aurora.3.04.1 before 8.0.mysql_aurora.3.10.0.
func CompareVersions(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		m, errM := strconv.Atoi(x[i])
		n, errN := strconv.Atoi(y[i])
		by := cmp.Compare(m, n)
		if errM != nil || errN != nil {
			by = strings.Compare(x[i], y[i])
		}
		if by != 0 {
			return by
		}
	}
	return cmp.Compare(len(x), len(y))
}

// numbersOf are the parts of a version such as 16.6 or 16.6.2; nil if one of them is no number.
func numbersOf(version string) []int {
	var numbers []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil
		}
		numbers = append(numbers, n)
	}
	return numbers
}
