// Package provider runs an OpenID Connect provider for tests, to which Kratos redirects browsers.
// It does not ask for a password; a test sets the person who logs in, or that the person denies
// access.
//
//	idp := provider.ForTest(t)
//	srv := server.ForTest(t, server.Options{Config: idp.Config(provider.FromIDToken)})
//	idp.SignIn(provider.Person{Subject: "7", Email: "ada@example.org"})
//
// [Google] issues the ID tokens that an app gets without a browser, which Kratos accepts from few
// providers.
//
// A provider serves one browser at a time, so parallel tests have one each.
package provider
