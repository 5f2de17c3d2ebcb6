// Package ui serves the pages of Kratos' self-service flows, rendered on the server with
// html/template: login, registration, recovery, verification, settings and errors, and pages of its
// own for sessions, the person's data, and logout.
//
//	pages, err := ui.New(client, ui.Name("Example"))
//	mux.Handle("/auth/", client.Proxy("/auth"))
//	pages.Mount(mux, "") // GET /login, GET /registration, …
//
// [Pages.ShowRefusal] shows refused guesses of passwords and codes in the form:
//
//	limit := throttle.New(throttle.Refused(pages.ShowRefusal))
//	mux.Handle("/auth/", limit.Handler(client.Proxy("/auth")))
//
// The ui_url of each flow in Kratos' configuration is the page's URL. All pages work without
// JavaScript, except passkeys and security keys, which need Kratos' own script.
//
// # Templates
//
// [Templates] replaces files of the same name, which a folder of yours has:
//
//   - page.html: the document, with [Page.Content] in it. Data: [Page].
//   - flow.html, sessions.html, account.html, message.html (errors): the content of a page; a file
//     named after a flow, such as login.html, is for that page only. Data: [Page].
//   - form.html: messages and methods of a flow. Data: [Form].
//   - group.html: a method, such as password; group-oidc.html is for that method only. Data:
//     [Group].
//   - input.html, checkbox.html, button.html, text.html, codes.html, image.html, anchor.html,
//     division.html: a node; input-password.html is for the node of that name only.
//     Data: [Field].
//
// [New] executes each template with all kinds of nodes, and returns their errors.
//
// # Languages
//
// A [Catalogue] translates messages by their number, such as "4000006", and the texts of pages by
// name, such as "login.title"; locales/en.json and locales/de.json list them. "field.NAME" is the
// label of an input. English messages are those from Kratos. The language is the first of
// Accept-Language that a catalogue has, unless [Language] chooses one.
//
// # Marks for tests
//
// The attribute data-testid of an element is one that tests of Ory's own pages use:
//
//	ui/message/ID       a message, by number
//	node/input/NAME     the element around an input, with its label and its messages (p)
//	field/NAME          the input
//	field/NAME/VALUE    a button, such as field/method/password; field/NAME if it needs JavaScript
//	node/text/ID/label  the caption of a text, such as totp_secret_key or lookup_secret_codes
//	node/text/ID/text   the text; each backup code is an element code in it
//	node/image/ID       an image, such as totp_qr
//	node/anchor/ID      a link, such as continue
//	group/NAME          the section of a method, such as group/totp
//	logout              the button that logs out
//	forgot-password-link, signup-link, login-link: links to other pages
//
// # Security
//
// Each page has a strict Content-Security-Policy with a nonce, forbids frames and caches, and has
// no inline script or style. The policy has no form-action, because browsers apply it to the
// redirect to a provider after a form as well: [CSP] adds one. Attributes of nodes are checked by
// allow-lists; URLs are those of http and https, or relative; scripts are from the origin that the
// form is sent to. The pages' own forms reject requests from other sites.
package ui
