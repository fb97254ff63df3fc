"""The tools of the documentation site. `mkdocs.yml` names them; they are not in the wheel."""
