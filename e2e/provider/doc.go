// Package provider runs an OpenID provider for tests: the one at which people sign in when Kratos sends their browsers
// elsewhere. It asks nobody for a password; a test says who is at the browser, or that this person refuses.
//
//	idp := provider.ForTest(t)
//	srv := server.ForTest(t, server.Options{Config: idp.Config(provider.IDToken)})
//	idp.SignIn(provider.Person{Subject: "7", Email: "ada@example.org"})
//
// A provider serves one browser at a time, so tests that run in parallel have one each.
package provider
