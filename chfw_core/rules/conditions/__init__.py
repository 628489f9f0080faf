"""Conditions: `terms` and `expressions` make trees of `syntax`; `checking` judges them, side by side (`operands`,
`members`), by what names mean where they stand (`scope`). `dates` are values that stand alone."""
