"""BR3, BR4, BR5.1, BR5.2: instructions of Suppliers, their withdrawal, and what follows for each hub."""
