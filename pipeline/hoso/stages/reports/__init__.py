"""Reports laid out: dossiers, documents and fields counted into sheets and charts. Noun → noun; opens nothing."""
