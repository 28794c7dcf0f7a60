"""What is kept of an office's talk: conversations and messages, in the words of the plan (`conversas_chatwoot`)."""
