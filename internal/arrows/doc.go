// Package arrows holds the layout: its test says which packages may import which, and fails when one does otherwise.
package arrows
