// Package sim plays situations that no person has written: [Draw] draws a plan, applications, runs, operators and faults from a seed, and
// [Play] plays them with package drill, with the functions in this process and every request a call, in a bubble of
// testing/synctest. The same seed gives the same bytes. Each situation is a scenario file, which `drover drill` plays too.
//
// [Shrink] makes a situation in which something is wrong as small as it can be. [Tally] sums up what was exercised.
package sim
