"""The workbench (工作台): what waits for me, what runs, what I have done — collected from every step of the story."""
