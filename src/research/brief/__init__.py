"""The brief: what an analyst displays in a notebook, and how it becomes PDF and HTML.

In a notebook: ``from research.brief import Cover, Figure, Notes, Recommendations, Table, fact, guard``.
"""

from research.brief.blocks import Cover, Figure, Notes, Recommendations, Table, fact, guard

__all__ = ["Cover", "Figure", "Notes", "Recommendations", "Table", "fact", "guard"]
