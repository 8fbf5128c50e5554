package main

import "os"

func definition() string {
	text, err := os.ReadFile("../statemachine/failover.asl.json")
	if err != nil {
		panic(err)
	}
	return string(text)
}
