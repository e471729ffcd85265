"""Learning elsewhere (外出学习, 学分申报): claimed with evidence, confirmed by one manager, approved by another one above."""
