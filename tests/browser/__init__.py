"""Real JupyterLab in a real Chromium. A package, so that its browser (scope `package`) is gone when the next tests begin."""
