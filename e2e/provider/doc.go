// Package provider runs an OpenID provider for tests: the one at which people sign in when Kratos
// sends their browsers elsewhere. It asks nobody for a password; a test says who is at the browser,
// or that this person refuses.
//
//	idp := provider.ForTest(t)
//	srv := server.ForTest(t, server.Options{Config: idp.Config(provider.FromIDToken)})
//	idp.SignIn(provider.Person{Subject: "7", Email: "ada@example.org"})
//
// [Google] is for the ID tokens that an app gets without a browser, which Kratos takes from few
// providers.
//
// A provider serves one browser at a time, so tests that run in parallel have one each.
package provider
