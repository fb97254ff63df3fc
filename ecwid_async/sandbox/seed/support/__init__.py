"""What the demo data of several sections is made from: randomness, vocabulary, people, sales."""
