// Package arrows has the tests of what no other package can hold: which packages may import which, and that the documents name
// only what is there.
package arrows
