package sim

// accepted are what no situation reaches, and why.
var accepted = map[string]string{}
