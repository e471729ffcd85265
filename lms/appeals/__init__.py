"""Appeals: a candidate asks to have a result looked at again, one person looks, another confirms, the candidate reads what came of it."""
