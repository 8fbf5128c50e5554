// Package rules says what an application may look like. Whoever writes one and whoever reads one, from a file or from the
// registry, holds it to the same rules.
package rules

// ChallengeLabel begins the names under which a certificate authority looks for a proof of who has a zone. No run moves them.
const ChallengeLabel = "_acme-challenge"
