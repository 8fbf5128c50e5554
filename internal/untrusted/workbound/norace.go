//go:build !race

package workbound

const raceDetector = false
