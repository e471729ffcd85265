"""Rules of study hours and credits (学时, 学分) as data in force from a day on, and what they make of learning."""
