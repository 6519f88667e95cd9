"""The sample year (示例数据): a cast of marked sample people and a year of work, made by running the operations."""
