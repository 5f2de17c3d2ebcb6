package ui

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"net/http"
	"path"
)

var (
	//go:embed assets/ui.css
	styleSheet string
	//go:embed assets/ui.js
	script string
)

// assets are the files that pages refer to.
type assets struct{ style, script asset }

type asset struct{ plain, name, mediaType, content string }

func newAssets(theme string) *assets {
	return &assets{
		style:  newAsset("ui", ".css", "text/css; charset=utf-8", styleSheet+theme),
		script: newAsset("ui", ".js", "text/javascript; charset=utf-8", script),
	}
}

func newAsset(base, extension, mediaType, content string) asset {
	hash := sha256.Sum256([]byte(content))
	return asset{plain: base + extension, name: base + "." + hex.EncodeToString(hash[:6]) + extension, mediaType: mediaType, content: content}
}

// ServeHTTP serves a file by the last element of the path.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	for _, file := range []asset{a.style, a.script} {
		if name != file.name && name != file.plain {
			continue
		}
		header := w.Header()
		header.Set("Content-Type", file.mediaType)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cache-Control", "no-cache")
		if name == file.name {
			header.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		_, _ = w.Write([]byte(file.content))
		return
	}
	http.NotFound(w, r)
}
