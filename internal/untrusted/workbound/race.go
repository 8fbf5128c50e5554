//go:build race

package workbound

// raceDetector says that the race detector is on, which multiplies time and memory: then nothing is measured.
const raceDetector = true
