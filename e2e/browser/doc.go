// Package browser has the tests of Kratos' pages in Chromium: of package ui, on the program
// examples/selfservice-ui in front of a real Kratos. They have the build tag browser, because they
// need a Chromium and [axe-core], which make test-browser finds and fetches:
//
//	make test-browser
//
// Each page that a test opens is checked: console errors, reports of the Content-Security-Policy,
// overflow, language, and accessibility in both color schemes. The tests of the matrix run on
// several views: without JavaScript, 320 pixels wide, by keyboard, in German, and dark. With the
// build tag full, each runs on every view.
//
// [axe-core]: https://github.com/dequelabs/axe-core
package browser
