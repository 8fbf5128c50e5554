// Package secondopinion drives every operation of the AWS simulator with boto3, which validates the answers against AWS's service
// models, and compares them with those of moto, another simulator. The differences that are agreed, with who is right by AWS's
// documents, are in agreed.txt. It has a test alone, which is skipped where python3 with boto3 and moto is absent; type
// `make second-opinion` to see its lines.
package secondopinion
