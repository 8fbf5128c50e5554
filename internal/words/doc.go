// Package words has the test of the language: which words no text of the project may use, and which to use instead. It reads
// what people read: pages, the definition, scenarios, golden transcripts and notifications, and the strings, comments and
// identifiers of the code.
package words
