package rds

import (
	"strconv"
	"strings"
)

// patchFrees are, by major version of Aurora PostgreSQL, the first minor version whose clusters of different patch
// levels can be promoted ("Patch level compatibility for managed cross-Region switchovers and failovers" in the Aurora
// User Guide). In later major versions all of them can.
var patchFrees = map[int]int{11: 17, 12: 12, 13: 8, 14: 5}

const allPatchesFrom = 15

// versionsFit says whether RDS promotes between two engine versions: identical ones, or, where the patch level does not
// matter, those of the same major and minor version (RDS-9).
func versionsFit(engine, a, b string) bool {
	if a == b {
		return true
	}
	major, minor, ok := majorMinor(a)
	majorB, minorB, okB := majorMinor(b)
	if engine != "aurora-postgresql" || !ok || !okB || major != majorB || minor != minorB {
		return false
	}
	first, listed := patchFrees[major]
	return major >= allPatchesFrom || listed && minor >= first
}

// majorMinor reads a version such as 16.6 or 16.6.2.
func majorMinor(version string) (major, minor int, ok bool) {
	parts := strings.Split(version, ".")
	if len(parts) < 2 {
		return 0, 0, false
	}
	major, errMajor := strconv.Atoi(parts[0])
	minor, errMinor := strconv.Atoi(parts[1])
	return major, minor, errMajor == nil && errMinor == nil
}
